// Adam and AdamW, as torch.optim computes them.
import {
  ADAM_BETA1, ADAM_BETA2, ADAM_CORRECTION1, ADAM_CORRECTION2, ADAM_DECOUPLED, ADAM_EPS, ADAM_GRAD, ADAM_GRAD_SCALE,
  ADAM_LEARNING_RATE, ADAM_M, ADAM_M_OUT, ADAM_N, ADAM_ONE_MINUS_BETA1, ADAM_ONE_MINUS_BETA2, ADAM_PARAM,
  ADAM_PARAM_OUT, ADAM_V, ADAM_V_OUT, ADAM_WEIGHT_DECAY,
} from './opcodes'
import { loadUpTo4, storeUpTo4 } from './memory'
import { partEnd, partStart } from './team'

export function adam(p: usize): void {
  const total = load<i32>(p, ADAM_N)
  const first = partStart(total, 16)
  const skipped = (<usize>first) << 2
  let param = (load<u32>(p, ADAM_PARAM) as usize) + skipped
  let grad = (load<u32>(p, ADAM_GRAD) as usize) + skipped
  let m = (load<u32>(p, ADAM_M) as usize) + skipped
  let v = (load<u32>(p, ADAM_V) as usize) + skipped
  let paramOut = (load<u32>(p, ADAM_PARAM_OUT) as usize) + skipped
  let mOut = (load<u32>(p, ADAM_M_OUT) as usize) + skipped
  let vOut = (load<u32>(p, ADAM_V_OUT) as usize) + skipped
  const decoupled = load<i32>(p, ADAM_DECOUPLED)
  const decay = load<f32>(p, ADAM_WEIGHT_DECAY)
  const learningRate = load<f32>(load<u32>(p, ADAM_LEARNING_RATE))
  const beta1 = f32x4.splat(load<f32>(p, ADAM_BETA1))
  const beta2 = f32x4.splat(load<f32>(p, ADAM_BETA2))
  const fresh1 = f32x4.splat(load<f32>(p, ADAM_ONE_MINUS_BETA1))
  const fresh2 = f32x4.splat(load<f32>(p, ADAM_ONE_MINUS_BETA2))
  const eps = f32x4.splat(load<f32>(p, ADAM_EPS))
  const gradScale = load<f32>(load<u32>(p, ADAM_GRAD_SCALE))
  const scale = f32x4.splat(gradScale)
  // A scale of 0 means that there is no gradient, even where it is NaN: 0 * NaN would stay NaN.
  const taken = i32x4.splat(gradScale == 0 ? 0 : -1)
  const step = f32x4.splat(learningRate / load<f32>(load<u32>(p, ADAM_CORRECTION1)))
  const root = f32x4.splat(sqrt<f32>(load<f32>(load<u32>(p, ADAM_CORRECTION2))))
  const keep = f32x4.splat(decoupled ? 1 - learningRate * decay : 1)
  const pull = f32x4.splat(decoupled ? 0 : decay)
  const hasPull = !decoupled && decay != 0
  const zero = f32x4.splat(0)
  for (let n = partEnd(total, 16) - first; n > 0; n -= 4) {
    let x = loadUpTo4(param, n, zero)
    let g = v128.and(f32x4.mul(loadUpTo4(grad, n, zero), scale), taken)
    if (hasPull) g = f32x4.add(g, f32x4.mul(pull, x))
    const first = f32x4.add(f32x4.mul(beta1, loadUpTo4(m, n, zero)), f32x4.mul(fresh1, g))
    const second = f32x4.add(f32x4.mul(beta2, loadUpTo4(v, n, zero)), f32x4.mul(fresh2, f32x4.mul(g, g)))
    const denominator = f32x4.add(f32x4.div(f32x4.sqrt(second), root), eps)
    x = f32x4.sub(f32x4.mul(x, keep), f32x4.mul(step, f32x4.div(first, denominator)))
    storeUpTo4(mOut, first, n)
    storeUpTo4(vOut, second, n)
    storeUpTo4(paramOut, x, n)
    param += 16
    grad += 16
    m += 16
    v += 16
    paramOut += 16
    mOut += 16
    vOut += 16
  }
}
