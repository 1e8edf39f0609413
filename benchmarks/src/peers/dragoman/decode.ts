import { type Backend, EOS_ID, generate } from '@dragoman/core'
import { decodingModel, decodingOptions, decodingSources } from '../../workloads/decoding.ts'
import { decodingSizes } from '../../workloads/decoding-sizes.ts'
import { type DecodingGroup, decodingBatch, groups } from '../../workloads/names.ts'
import type { Entrant, Task } from '../entrant.ts'
import { factsOf } from './facts.ts'

/** Decodes with this library on a backend. */
export function decodeOn(backend: Backend, group: DecodingGroup): Entrant {
  const model = decodingModel(backend, group)
  const taskOf = (batch: number): Task => {
    const sources = decodingSources(group, batch)
    return async () => {
      const generated = await generate(model, sources, { ...decodingOptions, batchSize: batch })
      // The last token may be the end, which is not among the ids.
      return generated.flatMap(({ best }) =>
        Array.from({ length: decodingSizes.steps }, (_, i) => best.ids[i] ?? EOS_ID),
      )
    }
  }
  return {
    facts: factsOf(backend),
    tasks: Object.fromEntries(groups[group].map((workload) => [workload, taskOf(decodingBatch(workload)!)])),
  }
}
