import type { EagerOptions } from '../backend/eager.ts'
import type { EagerKernels, EagerValue } from '../backend/eager-kernels.ts'
import type { Elements } from '../backend/reference/elements.ts'
import { referenceEngine } from '../backend/reference/reference.ts'

/** A handle that knows whether it was freed. */
export interface StrictHandle {
  readonly elements: Elements
  isFreed: boolean
}

/** What happened in a strict engine. */
export interface StrictLog {
  /** Handles not freed now, and the most there ever were. */
  live: number
  peak: number
  /** The ops run, in order. */
  readonly ops: string[]
}

/**
 * The reference with handles that must be freed exactly once and never used afterwards, as an engine
 * with memory of its own has them. `before` is called before each kernel.
 */
export function strictEngine(before: (op: string) => void = () => {}): {
  readonly engine: EagerOptions<StrictHandle>
  readonly log: StrictLog
} {
  const log: StrictLog = { live: 0, peak: 0, ops: [] }
  const make = (elements: Elements): StrictHandle => {
    log.live += 1
    log.peak = Math.max(log.peak, log.live)
    return { elements, isFreed: false }
  }
  const use = (handle: StrictHandle): Elements => {
    if (handle.isFreed) throw new Error('a handle is used after it was freed')
    return handle.elements
  }
  type AnyKernel = (inputs: EagerValue<Elements>[], attributes: object, output: object) => Elements
  const wrapped = Object.entries(referenceEngine.kernels).map(([op, kernel]) => [
    op,
    (inputs: EagerValue<StrictHandle>[], attributes: object, output: object) => {
      log.ops.push(op)
      before(op)
      const operands = inputs.map((input) => ({ ...input, handle: use(input.handle) }))
      return make((kernel as unknown as AnyKernel)(operands, attributes, output))
    },
  ])
  const engine: EagerOptions<StrictHandle> = {
    ...referenceEngine,
    name: 'strict',
    kernels: Object.fromEntries(wrapped) as unknown as EagerKernels<StrictHandle>,
    composites: {},
    upload: (array) => make(referenceEngine.upload(array)),
    read: (handle, type) => referenceEngine.read(use(handle), type),
    clone: (handle) => make(use(handle)),
    free: (handle) => {
      use(handle)
      handle.isFreed = true
      log.live -= 1
    },
  }
  return { engine, log }
}
