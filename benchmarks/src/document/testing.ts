import type { Result } from '../comparison/result.ts'
import type { Growth } from '../growth/growth.ts'
import type { Report } from './report.ts'

function result(workload: string, id: string, rounds: readonly number[], more: Partial<Result> = {}): Result {
  const sorted = [...rounds].sort((a, b) => a - b)
  return { workload, id, medianMs: sorted[1]!, minMs: sorted[0]!, runs: 9, rounds, ...more }
}

/** A small run, its figures made up. */
export function sampleReport(node: string): Report {
  return {
    date: '2026-01-31',
    machine: { processor: 'a processor', cores: 2, memoryGigabytes: 8, system: 'Linux x64' },
    versions: { Node: node, PyTorch: '2.13.0' },
    isQuick: false,
    rounds: 3,
    minutes: 4.25,
    results: [
      result('gemm-512x512x512', 'cpu', [5, 6, 5.5]),
      result('gemm-512x512x512', 'cpu-2', [2.5, 3, 2.75]),
      result('gemm-1x512x58101', 'cpu', [6, 6, 6]),
      result('gemm-1x512x58101', 'limit-relaxed', [3, 3, 3]),
      result('TT', 'cpu', [600, 660, 1800], { seen: 'loss 8.359 → 8.026' }),
      result('TT', 'chromium-cpu', [750, 750, 2250]),
      result('TT', 'hand-onnx-wasm', [900, 990, 2700]),
      result('TT', 'pytorch', [300, 300, 900]),
      result('DS-b16', 'cpu', [128, 128, 128]),
      result('start-up', 'cpu', [190, 195, 210], { peakMegabytes: 120 }),
    ],
    failures: [{ workload: 'TT', id: 'jax-js', problem: 'it ended: one | two' }],
    downloads: [
      { id: 'cpu', about: 'everything', raw: 300_000, gzip: 99_000, brotli: 90_000 },
      { id: 'jax-js', about: 'everything', raw: 330_000, gzip: 101_000, brotli: 91_000 },
    ],
  }
}

/** Growth along each axis with known powers, and a time of tokens that does not grow. */
export function sampleGrowth(): Growth {
  const { date, machine, versions } = sampleReport('20.20.2')
  const powers = { batch: 1, length: 2, width: 3, layers: 0.5 } as const
  const points = (Object.keys(powers) as (keyof typeof powers)[]).flatMap((axis) =>
    [2, 4, 8].map((size) => ({
      model: 'Transformer',
      axis,
      size,
      medianMs: size ** powers[axis],
      workspaceMegabytes: 10 * size,
      stateMegabytes: 50,
    })),
  )
  const positions = [4, 64, 256].map((position) => ({ model: 'Transformer', position, medianMs: 0.2 }))
  return { date, machine, versions, rounds: 3, minutes: 1.5, points, positions }
}
