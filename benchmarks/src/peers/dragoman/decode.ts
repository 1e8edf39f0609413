import { type Backend, EOS_ID, generate } from '@dragoman/core'
import { decodingModel, decodingOptions, decodingSources, transformerSizes } from '../../workloads.ts'
import type { Entrant } from '../entrant.ts'

/** Decodes with this library on a backend. */
export function decodeOn(backend: Backend, batch: number): Entrant {
  const model = decodingModel(backend)
  const sources = decodingSources(batch)
  return {
    facts: {},
    async run() {
      const generated = await generate(model, sources, { ...decodingOptions, batchSize: batch })
      // The last token may be the end, which is not among the ids.
      return generated.flatMap(({ best }) =>
        Array.from({ length: transformerSizes.steps }, (_, i) => best.ids[i] ?? EOS_ID),
      )
    },
  }
}
