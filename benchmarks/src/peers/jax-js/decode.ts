import { decodingSourceIds } from '../../workloads/decoding.ts'
import { decodingSizes } from '../../workloads/decoding-sizes.ts'
import { type DecodingGroup, decodingBatch, groups } from '../../workloads/names.ts'
import { transformers } from '../../workloads/transformer-sizes.ts'
import { decodingWeights } from '../by-hand.ts'
import type { Entrant, Task } from '../entrant.ts'
import { parametersOf, versionOfJax } from './engine.ts'
import { greedyOf } from './greedy.ts'

/** Greedy decoding written for jax-js. */
export function decodeByHand(group: DecodingGroup): Entrant {
  const p = parametersOf(decodingWeights(group))
  const taskOf = (batch: number): Task => {
    const greedy = greedyOf(transformers[group], p, batch)
    const source = decodingSourceIds(group, batch)
    return () => greedy(source, decodingSizes.steps)
  }
  return {
    facts: { version: versionOfJax() },
    tasks: Object.fromEntries(groups[group].map((workload) => [workload, taskOf(decodingBatch(workload)!)])),
  }
}
