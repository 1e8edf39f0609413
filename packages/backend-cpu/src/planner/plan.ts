import type { Bindings, Graph, Kind } from '@dragoman/core/backend'
import type { Emitter } from './emitter.ts'
import { type FlatPlan, writeFlatPlan } from './flat-plan.ts'
import { Lowering } from './lowering.ts'
import { Partition, type Sharing } from './partition.ts'
import { kernelSteps, makeInPlace, postponeUpdates, schedule, shareMemory } from './place.ts'
import { assignPositions } from './positions.ts'
import { Sizes } from './sizes.ts'
import type { Frame, KernelStep } from './step.ts'
import { placementOf, type Storage } from './storage.ts'
import { elements, isWhole, type View, viewOf } from './view.ts'

const bytesPerWord = 4

/** A value that goes in or out of a run. */
export interface PortType {
  readonly name: string
  readonly kind: Kind
  readonly shape: readonly number[]
}

/** A graph for one set of sizes, as instructions. */
export interface Plan extends FlatPlan {
  readonly inputTypes: readonly PortType[]
  readonly outputTypes: readonly PortType[]
  /** For each output the donated input whose memory it takes over, or -1: it needs new memory. */
  readonly takes: readonly number[]
  readonly workspaceBytes: number
  /** How threads share it; undefined: it is for one. */
  readonly shared: SharedPlan | undefined
}

/** What a plan for several threads needs. */
export interface SharedPlan {
  /** Bytes from the scratch of one thread to that of the next. */
  readonly scratchBytes: number
  /** Whether threads change its words while they walk it, so that each needs a copy. */
  readonly needsCopies: boolean
}

/** The step that brings a result to its output, and the storages of both. */
interface Delivery {
  readonly step: KernelStep | undefined
  readonly output: Storage
}

/**
 * Plans a graph for the sizes of one run: views instead of copies, chains instead of elementwise ops, memory that is
 * used again, results that are made where they belong.
 *
 * @param donated for each input whether its memory may be overwritten.
 * @param sharing how many threads there are, if several.
 * @throws ShapeError when the sizes do not fit an op.
 */
export function planGraph(
  graph: Graph,
  bindings: Bindings,
  donated: readonly boolean[],
  sharing?: Sharing,
): Plan {
  const sizes = new Sizes(graph, bindings)
  const lowering = new Lowering(sizes)
  const { emitter } = lowering
  const portType = ({ name, value }: { name: string; value: number }): PortType => {
    const { kind, shape } = graph.values[value]!
    return { name, kind, shape: sizes.ofShape(shape) }
  }
  const inputTypes = graph.inputs.map(portType)
  const outputTypes = graph.outputs.map(portType)
  const inputs = inputTypes.map(({ shape }, i) =>
    viewOf(emitter.storage(elements(shape), emitter.root, 'input', i), shape),
  )
  const results = lowering.lower(graph, inputs)
  const deliveries = deliver(emitter, results, outputTypes)
  const { root, storages } = emitter
  const isDonated = (storage: Storage) => storage.role === 'input' && donated[storage.slot]!
  schedule(root, storages)
  postponeUpdates(root, new Set(deliveries.map(({ step }) => step)), isDonated)
  schedule(root, storages)
  const isWritable = (storage: Storage) => storage.role === 'workspace' || isDonated(storage)
  saveCopies(emitter, deliveries, isWritable)
  const inputStorages = inputs.map((view) => view.storage)
  const takes = takeMemory(deliveries, { inputTypes, outputTypes, inputStorages, donated, isWritable })
  const roots = storages.filter(({ role, host }) => role === 'workspace' && !host)
  const workspaceWords = assignPositions(roots)
  let scratchBytes = 0
  for (const step of kernelSteps(root)) scratchBytes = Math.max(scratchBytes, step.scratchBytes)
  scratchBytes = Math.ceil(scratchBytes / 64) * 64
  const counts = { inputs: inputTypes.length, outputs: outputTypes.length }
  const partition = partitionOf(root, sharing)
  const allScratchBytes = scratchBytes * (partition && sharing ? sharing.threads : 1)
  return {
    ...writeFlatPlan(root, counts, allScratchBytes, partition),
    shared: partition && { scratchBytes, needsCopies: partition.hasSharedLoop(root) },
    inputTypes,
    outputTypes,
    takes,
    workspaceBytes: allScratchBytes + workspaceWords * bytesPerWord,
  }
}

/** How threads share a plan that is worth it. */
function partitionOf(root: Frame, sharing: Sharing | undefined): Partition | undefined {
  if (!sharing) return undefined
  const partition = new Partition(sharing)
  return partition.isWorthwhile(root) ? partition : undefined
}

/** Copies each result to its output; those that read inputs come first, as outputs may take their memory. */
function deliver(emitter: Emitter, results: readonly View[], types: readonly PortType[]): Delivery[] {
  for (const view of results) emitter.ready(view)
  emitter.op = 'output'
  const deliveries: Delivery[] = results.map(({ shape }, i) => ({
    step: undefined,
    output: emitter.storage(elements(shape), emitter.root, 'output', i),
  }))
  const order = [...results.keys()].sort((a, b) => rank(results[a]!) - rank(results[b]!))
  for (const i of order) {
    emitter.scope = types[i]!.name
    const { output } = deliveries[i]!
    const before = emitter.root.steps.length
    emitter.copy(viewOf(output, types[i]!.shape), results[i]!)
    const step = emitter.root.steps[before]
    if (step?.type === 'kernel') deliveries[i] = { step, output }
  }
  return deliveries
}

function rank({ storage }: View): number {
  return storage.role === 'workspace' ? 1 : 0
}

/** Goes through the steps in their order and lets results be made where they are needed or where operands die. */
function saveCopies(
  emitter: Emitter,
  deliveries: readonly Delivery[],
  isWritable: (root: Storage) => boolean,
): void {
  const last = new Set(deliveries.map(({ step }) => step))
  for (const step of kernelSteps(emitter.root)) {
    if (last.has(step)) continue
    if (step.isMove && makeInPlace(step)) continue
    step.writes.forEach((_, w) => {
      for (let r = 0; r < step.reads.length; r++) {
        if (step.mayShare(r, w) && shareMemory(step, r, w, isWritable)) break
      }
    })
  }
}

interface Ports {
  readonly inputTypes: readonly PortType[]
  readonly outputTypes: readonly PortType[]
  readonly inputStorages: readonly Storage[]
  readonly donated: readonly boolean[]
  readonly isWritable: (root: Storage) => boolean
}

/** Lets outputs take the memory of donated inputs: of the one with the same name, or of any of the same size. */
function takeMemory(deliveries: readonly Delivery[], ports: Ports): number[] {
  const { inputTypes, outputTypes, inputStorages } = ports
  const taken = new Set<number>()
  return deliveries.map(({ step, output }, i) => {
    if (!step) return -1
    const { root } = placementOf(step.reads[0]!.storage)
    const isOwn = root.role === 'input' && ports.isWritable(root) && !taken.has(root.slot)
    if (isOwn && step.isMove && isWhole(resolvedWhole(step.reads[0]!))) {
      taken.add(root.slot)
      output.host = root
      return root.slot
    }
    const { name, shape } = outputTypes[i]!
    const fits = (slot: number) =>
      ports.donated[slot] && !taken.has(slot) && inputStorages[slot]!.size === elements(shape)
    const slots = [...inputTypes.keys()].filter(fits)
    slots.sort((a, b) => Number(inputTypes[b]!.name === name) - Number(inputTypes[a]!.name === name))
    for (const slot of slots) {
      // What reads the input later still needs what it was.
      if (inputStorages[slot]!.accesses.some((access) => access.step.time >= step.time)) continue
      if (!step.isMove || !makeInPlace({ ...step, writes: [viewOf(inputStorages[slot]!, shape)] })) continue
      taken.add(slot)
      output.host = inputStorages[slot]
      return slot
    }
    if (step.isMove) makeInPlace(step)
    return -1
  })
}

/** A view as seen from the storage that has the memory. */
function resolvedWhole(view: View): View {
  const { root, offset } = placementOf(view.storage)
  return { ...view, storage: root, offset: view.offset + offset }
}
