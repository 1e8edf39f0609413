import { describe, expect, test } from 'vitest'
import { documentOf, withRun } from './document.ts'
import { sampleGrowth, sampleReport } from './testing.ts'

/** The cells of the row of a table that has these among them. */
function rowWith(text: string, ...parts: readonly string[]): string[] {
  const found = text
    .split('\n')
    .find((line) => line.startsWith('|') && parts.every((part) => line.includes(part)))
  if (!found) throw new Error(`there is no row with ${parts.join(' and ')}`)
  return found
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())
}

describe('the document', () => {
  const text = documentOf({ runs: [sampleReport('20.20.2')], growth: sampleGrowth() })

  test('says where and when', () => {
    expect(text).toContain(
      'Measured on 2026-01-31 in 4.3 minutes on a processor; 2 cores, 8 GB, Linux x64. 3 rounds.',
    )
    expect(text).toContain('Node 20.20.2, PyTorch 2.13.0')
  })

  test('holds figures against targets', () => {
    // 2 · 512³ operations in 5.5 ms.
    expect(rowWith(text, 'gemm-512', '≥ 45 GFLOP/s').slice(3, 5)).toEqual(['48.8 GFLOP/s', 'yes'])
    expect(rowWith(text, 'gemm-512', '≥ 1.8 × one thread').slice(3, 5)).toEqual([
      '97.6 GFLOP/s, 2.00 ×',
      'yes',
    ])
    // 4 · 512 · 58101 bytes in 6 ms, in twice the time of reading them.
    expect(rowWith(text, 'gemm-1x512', '≥ 0.9 ×').slice(3, 5)).toEqual(['19.8 GB/s, 0.50 ×', 'no'])
    // 16 · 32 tokens in 128 ms.
    expect(rowWith(text, 'DS-b16', '≥ 3,200').slice(3, 5)).toEqual(['4,000 tokens/s', 'yes'])
    expect(rowWith(text, '| start-up').slice(3, 5)).toEqual(['195 ms', 'yes'])
    expect(rowWith(text, '| peak memory').slice(3, 5)).toEqual(['120 MB', 'no'])
    expect(rowWith(text, '| download').slice(3, 7)).toEqual([
      '99.0 kB gzip, 90.0 kB brotli',
      'yes',
      '',
      'jax-js: 101 kB gzip',
    ])
  })

  test('compares round by round', () => {
    // 600/300, 660/300 and 1800/900; of the medians alone it would be 2.2.
    const row = rowWith(text, '| TT', '≤ 2.0 × PyTorch')
    expect(row[3]).toBe('660 ms, 2.00 ×')
    expect(row[5]).toBe('750 ms, 2.50 × (no)')
    expect(row[6]).toBe('onnxruntime-web by hand: 990 ms, 0.67 ×')
    expect(row[7]).toBe('300 ms, 2.00 ×')
  })

  test('leaves out targets that the run did not measure', () => {
    expect(() => rowWith(text, '| TR')).toThrow('there is no row')
  })

  test('names those without a result', () => {
    expect(text).toContain('- TT, jax-js: it ended: one · two')
  })

  test('fits the growth', () => {
    expect(rowWith(text, 'Transformer', 'length', '2 to 8').slice(2, 5)).toEqual(['2 to 8', '2.00', '1.00'])
    expect(rowWith(text, 'Transformer', 'layers', '2 to 8')[3]).toBe('0.50')
    expect(rowWith(text, 'exponent from 64 on')[1]).toBe('0.00')
  })

  test('has no line that ends in a space, and one line end at its end', () => {
    expect(text).not.toMatch(/[ \t]\n/)
    expect(text).toMatch(/[^\n]\n$/)
  })
})

test('a quick run says that it is one', () => {
  const quick = { ...sampleReport('20.20.2'), isQuick: true }
  expect(documentOf({ runs: [quick] })).toContain('A quick run: 3 short rounds')
})

test('a run takes the place of one on the same major version of Node alone', () => {
  const [old, other, renewed] = ['20.19.0', '24.1.0', '20.20.2'].map(sampleReport) as [
    ReturnType<typeof sampleReport>,
    ReturnType<typeof sampleReport>,
    ReturnType<typeof sampleReport>,
  ]
  const { runs } = withRun({ runs: [other, old] }, renewed)
  expect(runs.map(({ versions }) => versions.Node)).toEqual(['20.20.2', '24.1.0'])
})
