import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { dragoman } from './support.ts'

const folder = fileURLToPath(new URL('../../../examples/parameter-counts/', import.meta.url))

/** As published with bentrevett/pytorch-seq2seq, chapters 1 to 3 and 6, and by Vaswani et al. 2017, table 3. */
const published: Readonly<Record<string, number>> = {
  'gru-additive-attention.json': 20_518_405,
  'gru-context-every-step.json': 14_219_781,
  'lstm-two-layers.json': 13_898_501,
  'transformer-base.json': 63_082_496,
  'transformer-big.json': 214_245_376,
  'transformer-multi30k.json': 9_038_341,
}

describe('examples/parameter-counts', () => {
  test('has these configurations', () => {
    expect(
      readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .sort(),
    ).toEqual(Object.keys(published))
  })

  test.each(Object.entries(published))('%s has the published %d parameters', async (name, total) => {
    const { code, stdout } = await dragoman(['inspect', `${folder}${name}`, '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1)!).parameters.total).toBe(total)
  })
})
