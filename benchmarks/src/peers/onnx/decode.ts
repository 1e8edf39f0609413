import { round } from '../../measure.ts'
import { decodingSourceIds } from '../../workloads/decoding.ts'
import { decodingSizes } from '../../workloads/decoding-sizes.ts'
import { type DecodingGroup, decodingBatch, groups } from '../../workloads/names.ts'
import { transformers } from '../../workloads/transformer-sizes.ts'
import type { Entrant, Task } from '../entrant.ts'
import { openGreedy } from './greedy.ts'
import { type OnnxEngine, startRuntime } from './runtime.ts'

/** Greedy decoding with two graphs written by hand: caches come out of a step and go into the next. */
export async function decodeByHand(
  engine: OnnxEngine,
  group: DecodingGroup,
  folder: string,
): Promise<Entrant> {
  const runtime = await startRuntime(engine)
  const begin = performance.now()
  const greedy = await openGreedy(runtime, transformers[group], folder)
  const openMs = round(performance.now() - begin)
  const taskOf = (batch: number): Task => {
    const source = decodingSourceIds(group, batch)
    return () => greedy(source, decodingSizes.steps)
  }
  return {
    facts: { openMs },
    tasks: Object.fromEntries(groups[group].map((workload) => [workload, taskOf(decodingBatch(workload)!)])),
  }
}
