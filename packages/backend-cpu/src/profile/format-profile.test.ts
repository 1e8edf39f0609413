import { expect, test } from 'vitest'
import { formatProfile } from './format-profile.ts'
import type { Profile } from './profiler.ts'

const row = { gbPerSecond: 2, bound: 'compute', ofLimit: 0.5 } as const
const profile: Profile = {
  by: 'instruction',
  rows: [
    { ...row, name: 'matmul', calls: 1234, ms: 150, share: 0.75, gflops: 51.26 },
    { ...row, name: 'copyStrided', calls: 2.5, ms: 40, share: 0.2, gflops: 0, bound: 'memory' },
    { ...row, name: '', calls: 1, ms: 8, share: 0.04, gflops: 0.123456 },
    { ...row, name: 'adam', calls: 1, ms: 2, share: 0.01, gflops: 3 },
  ],
  ms: 200,
  planMs: 1.234,
  runs: 1,
  limits: {
    gflops: 102.4,
    copies: [
      { bytes: 2 ** 15, gbPerSecond: 200 },
      { bytes: 2 ** 27, gbPerSecond: 20.04 },
    ],
  },
}

test('a table for a terminal, the slowest rows and the rest', () => {
  expect(formatProfile(profile, { most: 3 })).toBe(
    [
      'limits: products 102 GFLOP/s; copies, GB/s read and written: 32 KiB 200, 128 MiB 20',
      'plans for new sizes: 1.23 ms',
      '',
      'instruction  calls   ms  share  GFLOP/s  GB/s    bound  of limit',
      'matmul       1,234  150   75 %     51.3     2  compute      50 %',
      'copyStrided    2.5   40   20 %              2   memory      50 %',
      '–                1    8  4.0 %    0.123     2  compute      50 %',
      '1 more           1    2  1.0 %                              50 %',
      'all                 200                                     50 %',
    ].join('\n'),
  )
})

test('Markdown', () => {
  const lines = formatProfile({ ...profile, by: 'scope', planMs: 0 }, { markdown: true }).split('\n')
  expect(lines.slice(1, 5)).toEqual([
    '',
    '| place | calls | ms | share | GFLOP/s | GB/s | bound | of limit |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    '| matmul | 1,234 | 150 | 75 % | 51.3 | 2 | compute | 50 % |',
  ])
})
