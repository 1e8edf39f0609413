import type { Kind } from '@dragoman/core/backend'
import { countOf, type Device, dtypes, sameShape } from './device.ts'
import { broadcastShape, mergedShapes, mostAxes, ofRank } from './merged-axes.ts'
import type { TfTensor } from './tensorflow.ts'
import type { Traits } from './traits.ts'

/** From how many elements on operands are repeated before a kernel whose broadcasting is slow. */
const spreadFrom = 256

interface ReductionOptions {
  readonly axes: readonly number[]
  readonly keepDims: boolean
}

/** The kernels of TensorFlow.js as functions, for whatever is built from several of them. */
export class Ops {
  readonly device: Device
  readonly traits: Traits
  private readonly swappedOnes = new WeakMap<TfTensor, TfTensor>()

  constructor(device: Device, traits: Traits) {
    this.device = device
    this.traits = traits
  }

  free(x: TfTensor): void {
    if (!this.device.isAlive) return
    this.swappedOnes.get(x)?.dispose()
    x.dispose()
  }

  /** The last two axes swapped; kept with x for the next time, as long as x lives. */
  swappedOnce(x: TfTensor): TfTensor {
    const known = this.swappedOnes.get(x)
    if (known) return known
    const axes = x.shape.map((_, axis) => axis)
    const swapped = this.transpose(x, [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!])
    this.device.release(swapped)
    this.swappedOnes.set(x, swapped)
    return swapped
  }

  /** A kernel that takes each element alone; NaN where x is NaN, on every backend. */
  unary(kernelName: string, x: TfTensor, attributes: object = {}): TfTensor {
    const found = this.onFewAxes(x, (x) => this.device.launch(kernelName, { x }, attributes))
    return this.traits.losesNaN.has(kernelName) ? this.where(this.isNaN(x), x, found, x.shape) : found
  }

  /** Operands broadcast. */
  binary(kernelName: string, a: TfTensor, b: TfTensor): TfTensor {
    const rank = Math.max(a.shape.length, b.shape.length)
    if (rank <= mostAxes) return this.device.launch(kernelName, { a, b })
    const shape = broadcastShape(a.shape, b.shape)
    const merged = mergedShapes([ofRank(rank, a.shape), ofRank(rank, b.shape)])
    const isFew = merged[0]!.length <= mostAxes
    const [left, right] = [a, b].map((x, i) =>
      isFew ? this.reshape(x, merged[i]!) : this.reshape(this.broadcast(x, shape), [countOf(shape)]),
    )
    return this.reshape(this.device.launch(kernelName, { a: left!, b: right! }), shape)
  }

  /** As binary, for kernels whose broadcasting is slow on some backends; `shape` is that of the result. */
  spread(kernelName: string, a: TfTensor, b: TfTensor, shape: readonly number[]): TfTensor {
    const isSlow = this.traits.slowBroadcast && a.dtype !== 'int32' && countOf(shape) >= spreadFrom
    const whole = (x: TfTensor) => (isSlow && countOf(x.shape) > 1 ? this.broadcast(x, shape) : x)
    return this.binary(kernelName, whole(a), whole(b))
  }

  add(a: TfTensor, b: TfTensor): TfTensor {
    return this.binary('Add', a, b)
  }

  sub(a: TfTensor, b: TfTensor): TfTensor {
    return this.binary('Sub', a, b)
  }

  mul(a: TfTensor, b: TfTensor): TfTensor {
    return this.binary('Multiply', a, b)
  }

  div(a: TfTensor, b: TfTensor): TfTensor {
    return this.binary('RealDiv', a, b)
  }

  /** A scalar. */
  scalar(value: number, kind: Kind = 'float'): TfTensor {
    return this.device.tensor([value], [], kind)
  }

  fill(shape: readonly number[], value: number, kind: Kind): TfTensor {
    if (countOf(shape) === 0) return this.device.tensor([], shape, kind)
    const few = shape.length > mostAxes ? [countOf(shape)] : [...shape]
    return this.reshape(this.device.launch('Fill', {}, { shape: few, value, dtype: dtypes[kind] }), shape)
  }

  /** The same elements under another shape; where the shape is the same, x itself. */
  reshape(x: TfTensor, shape: readonly number[]): TfTensor {
    return sameShape(x.shape, shape) ? x : this.share(x, shape)
  }

  /** Another tensor of the same elements. */
  share(x: TfTensor, shape: readonly number[] = x.shape): TfTensor {
    return this.device.launch('Reshape', { x }, { shape: [...shape] })
  }

  cast(x: TfTensor, kind: Kind): TfTensor {
    if (x.dtype === dtypes[kind]) return x
    const made = this.unary('Cast', x, { dtype: dtypes[kind] })
    // On a GPU an int that is cast to float stays the same memory, which some kernels read as ints again.
    return kind === 'float' && !this.traits.hostMemory ? this.mul(made, this.scalar(1)) : made
  }

  /** The axes, of which there are few, in another order. */
  transpose(x: TfTensor, permutation: readonly number[]): TfTensor {
    if (permutation.every((axis, i) => axis === i)) return x
    return this.asFloats(x, (x) => this.device.launch('Transpose', { x }, { perm: [...permutation] }))
  }

  slice(x: TfTensor, starts: readonly number[], sizes: readonly number[]): TfTensor {
    return this.device.launch('Slice', { x }, { begin: [...starts], size: [...sizes] })
  }

  /** Some rows of x [R, N]. */
  rows(x: TfTensor, indices: Int32Array | readonly number[]): TfTensor {
    const positions = this.device.tensor(indices, [indices.length, 1], 'int')
    return this.device.launch('GatherNd', { params: x, indices: positions })
  }

  /** An entry of axis 0, without that axis. */
  entry(x: TfTensor, index: number): TfTensor {
    const rest = x.shape.slice(1)
    // A position of rank 1 is that of one entry.
    if (this.traits.copyingSlice) {
      return this.device.launch('GatherNd', { params: x, indices: this.device.tensor([index], [1], 'int') })
    }
    const inner = countOf(rest)
    return this.reshape(this.slice(this.reshape(x, [x.shape[0]!, inner]), [index, 0], [1, inner]), rest)
  }

  concat(parts: readonly TfTensor[], axis: number): TfTensor {
    return this.device.launch('Concat', parts, { axis })
  }

  /** Repeated until it has a shape that it broadcasts to. Tile is slow where kernels are WASM: a product is not. */
  broadcast(x: TfTensor, shape: readonly number[]): TfTensor {
    if (sameShape(x.shape, shape)) return x
    if (countOf(x.shape) === countOf(shape)) return this.reshape(x, shape)
    if (shape.length > mostAxes) return this.broadcastFewAxes(x, shape)
    if (x.dtype === 'float32') return this.mul(x, this.fill(shape, 1, 'float'))
    if (x.dtype === 'int32') return this.add(x, this.fill(shape, 0, 'int'))
    return this.cast(this.broadcast(this.cast(x, 'float'), shape), 'bool')
  }

  /** As broadcast to a shape of many axes: along merged ones, and if they are many still, the last ones first. */
  private broadcastFewAxes(x: TfTensor, shape: readonly number[]): TfTensor {
    const [from, to] = mergedShapes([ofRank(shape.length, x.shape), shape]) as [number[], number[]]
    if (to.length <= mostAxes) return this.reshape(this.broadcast(this.reshape(x, from), to), shape)
    const cut = to.length - mostAxes + 1
    const rows = countOf(from.slice(0, cut))
    const width = countOf(to.slice(cut))
    const inner = this.broadcast(this.reshape(x, [rows, ...from.slice(cut)]), [rows, ...to.slice(cut)])
    const outer = this.reshape(inner, [...from.slice(0, cut), width])
    return this.reshape(this.broadcast(outer, [...to.slice(0, cut), width]), shape)
  }

  /** Elementwise choice of floats or ints; operands broadcast to `shape`. */
  where(condition: TfTensor, yes: TfTensor, no: TfTensor, shape: readonly number[]): TfTensor {
    const chosen = this.chooseRows(condition, yes, no, shape)
    if (chosen) return chosen
    // A condition of rank 1 should choose whole rows, but does not on all backends.
    const whole = (x: TfTensor): TfTensor => {
      const spread = this.broadcast(x, shape)
      // Select has at most four axes on some backends.
      return shape.length > 4 ? this.reshape(spread, [1, countOf(shape)]) : spread
    }
    const inputs = { condition: whole(condition), t: whole(yes), e: whole(no) }
    return this.reshape(this.device.launch('Select', inputs), shape)
  }

  /**
   * Where a condition is broadcast and can be read at once: one operand if it is chosen everywhere, or whole rows
   * of both.
   */
  private chooseRows(
    condition: TfTensor,
    yes: TfTensor,
    no: TfTensor,
    shape: readonly number[],
  ): TfTensor | undefined {
    const count = countOf(condition.shape)
    if (!this.traits.hostMemory || count === countOf(shape) || count > 4096) return undefined
    const flags = Array.from(condition.dataSync())
    if (flags.every((flag) => flag !== 0)) return this.broadcast(yes, shape)
    if (flags.every((flag) => flag === 0)) return this.broadcast(no, shape)
    const inner = countOf(shape) / count
    if (!isOfRows(condition.shape, shape) || inner < 4) return undefined
    const rows = (x: TfTensor) => this.reshape(this.broadcast(x, shape), [count, inner])
    return this.reshape(
      this.rows(
        this.concat([rows(yes), rows(no)], 0),
        flags.map((flag, row) => (flag === 0 ? count + row : row)),
      ),
      shape,
    )
  }

  sum(x: TfTensor, axes: readonly number[], keepDims = false): TfTensor {
    return this.asFloats(x, (x) => this.device.launch('Sum', { x }, { axis: [...axes], keepDims }))
  }

  /** As Max; NaN may be passed over. */
  max(x: TfTensor, axes: readonly number[], keepDims = false): TfTensor {
    return this.outermost('Max', x, { axes, keepDims })
  }

  /** As Min; NaN may be passed over. */
  min(x: TfTensor, axes: readonly number[], keepDims = false): TfTensor {
    return this.outermost('Min', x, { axes, keepDims })
  }

  /** As Max or Min; NaN where there is one, on every backend. */
  extreme(kernelName: 'Max' | 'Min', x: TfTensor, axes: readonly number[], keepDims = false): TfTensor {
    const found = this.outermost(kernelName, x, { axes, keepDims })
    if (this.traits.reductionKeepsNaN || x.dtype !== 'float32') return found
    const marks = this.fold('Max', this.cast(this.isNaN(x), 'float'), { axes, keepDims })
    const hasNaN = this.binary('NotEqual', marks, this.scalar(0))
    return this.where(hasNaN, this.scalar(Number.NaN), found, found.shape)
  }

  private outermost(kernelName: 'Max' | 'Min', x: TfTensor, options: ReductionOptions): TfTensor {
    const found = this.asFloats(x, (x) => this.fold(kernelName, x, options))
    if (this.traits.extremesReachInfinity || x.dtype !== 'float32') return found
    return this.reached(kernelName, x, options, found)
  }

  private fold(kernelName: 'Max' | 'Min', x: TfTensor, { axes, keepDims }: ReductionOptions): TfTensor {
    const attributes = kernelName === 'Max' ? { reductionIndices: [...axes] } : { axis: [...axes] }
    return this.device.launch(kernelName, { x }, { ...attributes, keepDims })
  }

  /** What ends at ±1e20 is found among the elements times 2^−64, which is exact for all that are so large. */
  private reached(
    kernelName: 'Max' | 'Min',
    x: TfTensor,
    options: ReductionOptions,
    found: TfTensor,
  ): TfTensor {
    const small = this.fold(kernelName, this.mul(x, this.scalar(2 ** -64)), options)
    const isFar = this.binary('GreaterEqual', this.unary('Abs', found), this.scalar(9.9e19))
    return this.where(isFar, this.mul(small, this.scalar(2 ** 64)), found, found.shape)
  }

  /** As one axis where the axes are many, for work on each element alone. */
  private onFewAxes(x: TfTensor, work: (x: TfTensor) => TfTensor): TfTensor {
    if (x.shape.length <= mostAxes) return work(x)
    return this.reshape(work(this.reshape(x, [countOf(x.shape)])), x.shape)
  }

  /** Through floats, for kernels that are wrong for ints and bools on some backends. */
  private asFloats(x: TfTensor, work: (x: TfTensor) => TfTensor): TfTensor {
    if (this.traits.movesInts || x.dtype === 'float32') return work(x)
    const made = work(this.cast(x, 'float'))
    return x.dtype === 'bool' ? this.binary('NotEqual', made, this.scalar(0)) : this.cast(made, 'int')
  }

  isNaN(x: TfTensor): TfTensor {
    return this.unary('IsNan', x)
  }
}

/** Whether a condition has the leading axes of `shape` whole, and size 1 along the others. */
function isOfRows(condition: readonly number[], shape: readonly number[]): boolean {
  if (condition.length !== shape.length) return false
  const leading = condition.findLastIndex((size) => size !== 1) + 1
  return condition.slice(0, leading).every((size, axis) => size === shape[axis])
}
