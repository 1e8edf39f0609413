import { allocateRegisters, type ChainLeaf, type ChainOp } from './chain.ts'
import { type CopyLayout, simplifyCopy } from './copy-layout.ts'
import { elementwiseOps } from './elementwise-ops.ts'
import {
  type ArgumentKind,
  type ArgumentsOf,
  headerWords,
  type InstructionName,
  instructions,
  leafModes,
  matmulFlags,
  reduceKinds,
} from './encoding.ts'

/** Values of the fixed arguments of an instruction: byte offsets, integers, and floats as plain numbers. */
export type Values<K extends InstructionName> = { readonly [A in keyof ArgumentsOf<K>]: number }

type KeysOfKind<T, Kind> = { [A in keyof T]: T[A] extends Kind ? A : never }[keyof T]

/** Word positions, in the writer, of the pointers of an instruction. */
export type Positions<K extends InstructionName> = {
  readonly [A in KeysOfKind<ArgumentsOf<K>, 'pointer' | 'scratch'>]: number
}

/** A word of a loop's body that becomes base + t * stride before iteration t; strides of pointers are in bytes. */
export interface LoopPatch {
  readonly position: number
  readonly base: number
  readonly stride: number
}

export interface MatmulValues {
  readonly dst: number
  readonly a: number
  readonly b: number
  readonly scratch: number
  readonly m: number
  readonly k: number
  readonly n: number
  readonly transposeA?: boolean
  readonly transposeB?: boolean
  readonly accumulate?: boolean
  /** Elements from one stored row to the next; contiguous when left out. */
  readonly dstRow?: number
  readonly aRow?: number
  readonly bRow?: number
  /** At most 4 batch dimensions, with strides in elements; 0 repeats the same matrix. */
  readonly batch?: readonly { size: number; dst: number; a: number; b: number }[]
}

export type AdamValues = Omit<Values<'adam'>, 'oneMinusBeta1' | 'oneMinusBeta2' | 'decoupled'> & {
  readonly decoupled: boolean
}

const floatBits = new DataView(new ArrayBuffer(4))

/** The bits of x as f32, as an i32. */
export function bitsOfFloat(x: number): number {
  floatBits.setFloat32(0, x)
  return floatBits.getInt32(0)
}

/**
 * Appends instructions to a flat plan. Each method returns the word positions of its pointers, so that they can be
 * set later with `set` (relative to the start of the plan), or patched by a loop.
 */
export class PlanWriter {
  readonly #words: number[] = []

  /** Words so far: the position of the next instruction. */
  get length(): number {
    return this.#words.length
  }

  words(): Int32Array {
    return Int32Array.from(this.#words)
  }

  /** Overwrites one word, such as a pointer that is known only now. */
  set(position: number, word: number): void {
    this.#words[position] = word | 0
  }

  /** Appends any instruction that has no tail; the methods below say what most need. */
  emit<K extends InstructionName>(name: K, values: Values<K>, tail: readonly number[] = []): Positions<K> {
    const { code, args } = instructions[name]
    const start = this.#words.length
    const positions: Record<string, number> = {}
    this.#words.push(code, headerWords(name) + tail.length)
    for (const [arg, kind] of Object.entries<ArgumentKind>(args)) {
      const value = (values as Record<string, number>)[arg]!
      if (kind === 'pointer' || kind === 'scratch') positions[arg] = this.#words.length
      this.#words.push(kind === 'float' ? bitsOfFloat(value) : value | 0)
    }
    if (this.#words.length - start !== headerWords(name))
      throw new Error(`${name}: wrong number of arguments`)
    for (const word of tail) this.#words.push(word | 0)
    return positions as Positions<K>
  }

  /** dst[…] = src[…]; at most 8 dimensions after `simplifyCopy`. */
  copyStrided(values: { dst: number; src: number } & CopyLayout): Positions<'copyStrided'> {
    const { dims, dstStrides, srcStrides } = simplifyCopy(values)
    if (dims.length > 8) {
      throw new Error(`copyStrided: at most 8 dimensions, got ${dims.length}\n  hint: copy in two steps`)
    }
    const { dst, src } = values
    return this.emit('copyStrided', { dst, src, rank: dims.length }, [...dims, ...dstStrides, ...srcStrides])
  }

  fill(values: Values<'fill'>): Positions<'fill'> {
    return this.emit('fill', values)
  }

  /** As `fill`, with a float. */
  fillFloat(values: { dst: number; n: number; value: number }): Positions<'fill'> {
    return this.emit('fill', { dst: values.dst, n: values.n, word: bitsOfFloat(values.value) })
  }

  iota(values: Values<'iota'>): Positions<'iota'> {
    return this.emit('iota', values)
  }

  /**
   * A fused chain over n elements.
   *
   * @param values.scratch needs `elementwiseScratchBytes(leaves.length, registers)`; the result names `registers`,
   *   which never exceeds the number of operations.
   * @returns positions of the scratch, of each leaf's pointer, and of each operation's output pointer.
   */
  elementwise(values: {
    n: number
    leaves: readonly ChainLeaf[]
    ops: readonly ChainOp[]
    scratch: number
  }): { scratch: number; leaves: number[]; outputs: number[]; registers: number } {
    const { n, leaves, scratch } = values
    const { registers, ops } = allocateRegisters(leaves.length, values.ops)
    const start = this.#words.length + headerWords('elementwise')
    const tail = leaves.flatMap((leaf) => {
      const [p, r] = leaf.mode === 'broadcast' ? [leaf.p, leaf.r] : [0, 0]
      return [leafModes[leaf.mode], leaf.pointer, p, r]
    })
    for (const { op, target, operands, output } of ops) {
      const [a, b = a!, c = a!] = operands
      tail.push(elementwiseOps[op].code, target, a!, b, c, output)
    }
    const header = { n, leaves: leaves.length, registers, ops: ops.length, scratch }
    const positions = this.emit('elementwise', header, tail)
    const programStart = start + 4 * leaves.length
    return {
      scratch: positions.scratch,
      leaves: leaves.map((_, i) => start + 4 * i + 1),
      outputs: ops.map((_, j) => programStart + 6 * j + 5),
      registers,
    }
  }

  /**
   * dst[b] (+)= op(a[b]) · op(b[b]). Batch dimensions over which b repeats are joined with the rows of a where the
   * strides allow it, so that [B, T, D] by [D, N] is one product.
   */
  matmul(values: MatmulValues): Positions<'matmul'> {
    const { dst, a, b, scratch, k, n, transposeA = false, transposeB = false } = values
    let m = values.m
    const dstRow = values.dstRow ?? n
    const aRow = values.aRow ?? (transposeA ? m : k)
    const bRow = values.bRow ?? (transposeB ? k : n)
    const batch = (values.batch ?? []).filter(({ size }) => size !== 1)
    while (batch.length > 0 && !transposeA) {
      const last = batch[batch.length - 1]!
      if (last.b !== 0 || last.dst !== m * dstRow || last.a !== m * aRow) break
      m *= last.size
      batch.pop()
    }
    if (batch.length > 4) {
      throw new Error(`matmul: at most 4 batch dimensions, got ${batch.length}\n  hint: join some of them`)
    }
    const flags =
      (transposeA ? matmulFlags.transposeA : 0) |
      (transposeB ? matmulFlags.transposeB : 0) |
      (values.accumulate ? matmulFlags.accumulate : 0)
    const tail = (['size', 'dst', 'a', 'b'] as const).flatMap((key) => batch.map((dim) => dim[key]))
    const header = { dst, a, b, scratch, m, k, n, dstRow, aRow, bRow, flags, rank: batch.length }
    return this.emit('matmul', header, tail)
  }

  reduce(values: Omit<Values<'reduce'>, 'kind'> & { kind: keyof typeof reduceKinds }): Positions<'reduce'> {
    return this.emit('reduce', { ...values, kind: reduceKinds[values.kind] })
  }

  argmax(values: Values<'argmax'>): Positions<'argmax'> {
    return this.emit('argmax', values)
  }

  gather(values: Values<'gather'>): Positions<'gather'> {
    return this.emit('gather', values)
  }

  scatterAdd(values: Values<'scatterAdd'>): Positions<'scatterAdd'> {
    return this.emit('scatterAdd', values)
  }

  gatherAlong(values: Values<'gatherAlong'>): Positions<'gatherAlong'> {
    return this.emit('gatherAlong', values)
  }

  scatterAlongAdd(values: Values<'scatterAlongAdd'>): Positions<'scatterAlongAdd'> {
    return this.emit('scatterAlongAdd', values)
  }

  dynamicSlice(values: Values<'dynamicSlice'>): Positions<'dynamicSlice'> {
    return this.emit('dynamicSlice', values)
  }

  dynamicUpdate(values: Values<'dynamicUpdate'>): Positions<'dynamicUpdate'> {
    return this.emit('dynamicUpdate', values)
  }

  softmax(values: Values<'softmax'>): Positions<'softmax'> {
    return this.emit('softmax', values)
  }

  logSoftmax(values: Values<'logSoftmax'>): Positions<'logSoftmax'> {
    return this.emit('logSoftmax', values)
  }

  softmaxGrad(values: Values<'softmaxGrad'>): Positions<'softmaxGrad'> {
    return this.emit('softmaxGrad', values)
  }

  logSoftmaxGrad(values: Values<'logSoftmaxGrad'>): Positions<'logSoftmaxGrad'> {
    return this.emit('logSoftmaxGrad', values)
  }

  crossEntropy(values: Values<'crossEntropy'>): Positions<'crossEntropy'> {
    return this.emit('crossEntropy', values)
  }

  crossEntropyGrad(values: Values<'crossEntropyGrad'>): Positions<'crossEntropyGrad'> {
    return this.emit('crossEntropyGrad', values)
  }

  /** scratch: `lstmScratchBytes(batch, hidden)`. */
  lstmForward(values: Values<'lstmForward'>): Positions<'lstmForward'> {
    return this.emit('lstmForward', values)
  }

  lstmBackward(values: Values<'lstmBackward'>): Positions<'lstmBackward'> {
    return this.emit('lstmBackward', values)
  }

  /** scratch: `gruScratchBytes(batch, hidden)`. */
  gruForward(values: Values<'gruForward'>): Positions<'gruForward'> {
    return this.emit('gruForward', values)
  }

  gruBackward(values: Values<'gruBackward'>): Positions<'gruBackward'> {
    return this.emit('gruBackward', values)
  }

  /** 1 - beta is taken in double, before rounding: 1 - f32(0.999) would be wrong in the fifth digit. */
  adam(values: AdamValues): Positions<'adam'> {
    const { beta1, beta2, decoupled } = values
    return this.emit('adam', {
      ...values,
      oneMinusBeta1: 1 - beta1,
      oneMinusBeta2: 1 - beta2,
      decoupled: decoupled ? 1 : 0,
    })
  }

  dropoutMask(values: Values<'dropoutMask'>): Positions<'dropoutMask'> {
    return this.emit('dropoutMask', values)
  }

  barrier(): void {
    this.emit('barrier', {})
  }

  /** What `body` appends is for the first thread alone. */
  alone(body: () => void): void {
    const start = this.#words.length
    this.emit('alone', {})
    body()
    this.#words[start + 1] = this.#words.length - start
  }

  /**
   * Runs what `body` appends `count` times.
   *
   * @param body appends the instructions and tells which of their words change from iteration to iteration.
   * @returns the position of the count, and those of the patches' bases, in the order of the patches.
   */
  loop(
    values: { count: number; reverse?: boolean },
    body: () => readonly LoopPatch[],
  ): { count: number; bases: number[] } {
    const start = this.#words.length
    const reverse = values.reverse ? 1 : 0
    this.emit('loop', { count: values.count, reverse, bodyWords: 0, patches: 0 })
    const bodyStart = this.#words.length
    const patches = body()
    const bodyEnd = this.#words.length
    const bases = patches.map(({ position, base, stride }) => {
      if (!(position >= bodyStart && position < bodyEnd)) {
        throw new Error(
          `loop: patch of word ${position} outside the body ${bodyStart} to ${bodyEnd - 1}\n  hint: pass the positions that the body's instructions returned`,
        )
      }
      this.#words.push(position - bodyStart, base | 0, stride | 0)
      return this.#words.length - 2
    })
    this.#words[start + 1] = this.#words.length - start
    this.#words[start + 4] = bodyEnd - bodyStart
    this.#words[start + 5] = patches.length
    return { count: start + 2, bases }
  }
}
