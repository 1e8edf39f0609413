import { nn, numpy as np } from '@jax-js/jax'
import { sizes } from '../../workloads/training.ts'
import type { A, Parameters } from './engine.ts'
import { embed, linear, weight } from './layers.ts'

const { batch: B, source: S, target: N, width: D, layers } = sizes

/** Hidden state, and the cell of an LSTM; [B, D]. */
type State = readonly A[]

/** Logits [N · B, V] of the recurrent encoder–decoders for time-first ids; there is no scan in jax-js, so steps are unrolled. */
export function recurrentLogits(p: Parameters, isLstm: boolean, source: A, target: A): A {
  const zeros = Array.from({ length: layers }, (): State => {
    const zero = () => np.zeros([B, D])
    return isLstm ? [zero(), zero()] : [zero()]
  })
  const encoded = side(p, 'encoder', source, zeros, isLstm)
  const decoded = side(p, 'decoder', target, encoded.finals, isLstm)
  for (const state of decoded.finals) for (const each of state) each.dispose()
  if (isLstm) return linear(p, 'decoder.output', attended(p, encoded.states, decoded.states))
  encoded.states.dispose()
  return linear(p, 'decoder.output', decoded.states)
}

/** The layers of one side → states of the last, rows time first, and the final state of each. */
function side(p: Parameters, name: string, ids: A, starts: readonly State[], isLstm: boolean) {
  let states = embed(weight(p, `${name}.embedding.weight`), ids, np.array([1]))
  const finals = starts.map((start, layer) => {
    const made = recurrentLayer(p, `${name}.rnn`, layer, states, start, isLstm)
    states = made.states
    return made.final
  })
  return { states, finals }
}

function recurrentLayer(p: Parameters, stack: string, layer: number, x: A, start: State, isLstm: boolean) {
  const of = (part: string) => weight(p, `${stack}.${part}_l${layer}`)
  const steps = x.shape[0]! / B
  const inputs = np.matmul(x, of('weight_ih')).add(of('bias_ih')).reshape([steps, B, -1])
  const step = isLstm ? lstmStep : gruStep
  const states: A[] = []
  let state = start
  for (let t = 0; t < steps; t++) {
    state = step(inputs.ref.slice(t), state, of('weight_hh'), of('bias_hh'))
    states.push(state[0]!.ref)
  }
  inputs.dispose()
  return { states: np.concatenate(states, 0), final: state }
}

/** The i-th of the parts of width D; a reference of x. */
function part(x: A, i: number): A {
  return x.ref.slice([], [i * D, (i + 1) * D])
}

function lstmStep(input: A, [h, c]: State, w: A, bias: A): State {
  const sum = input.add(np.matmul(h!, w)).add(bias)
  const [i, f, o] = [0, 1, 3].map((gate) => nn.sigmoid(part(sum, gate))) as [A, A, A]
  const cell = f.mul(c!).add(i.mul(np.tanh(part(sum, 2))))
  sum.dispose()
  return [o.mul(np.tanh(cell.ref)), cell]
}

function gruStep(input: A, [h]: State, w: A, bias: A): State {
  const made = np.matmul(h!.ref, w).add(bias)
  const r = nn.sigmoid(part(input, 0).add(part(made, 0)))
  const z = nn.sigmoid(part(input, 1).add(part(made, 1)))
  const n = np.tanh(part(input, 2).add(r.mul(part(made, 2))))
  input.dispose()
  made.dispose()
  return [n.ref.add(z.mul(h!.sub(n)))]
}

/** Luong et al. 2015: scores q · (W k), then tanh(W_c [context; state]); rows time first in and out. */
function attended(p: Parameters, memory: A, states: A): A {
  const batchFirst = (x: A, length: number) => x.reshape([length, B, D]).transpose([1, 0, 2])
  const keys = batchFirst(np.matmul(memory.ref, weight(p, 'decoder.attention.weight')), S)
  const scores = np.matmul(batchFirst(states.ref, N), keys.transpose([0, 2, 1]))
  const context = np.matmul(nn.softmax(scores), batchFirst(memory, S)).transpose([1, 0, 2]).reshape([-1, D])
  return np.tanh(np.matmul(np.concatenate([context, states], 1), weight(p, 'decoder.combine.weight')))
}
