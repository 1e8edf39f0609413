import { cpu } from '@dragoman/backend-cpu'
import { matmul, RandomStream, siteOf, trace } from '@dragoman/core'
import { measure, type Row, round } from './measure.ts'

/** Sizes as M, K, N; the second operand of the last two is stored transposed, as weights are. */
const products = [
  [128, 128, 128],
  [256, 256, 256],
  [512, 512, 512],
  [1024, 1024, 1024],
  [768, 256, 1024],
  [32, 256, 1024],
  [32, 256, 1024, true],
  [1, 512, 58101, true],
] as const

/** Matrix products through the public API: compiled graphs over device arrays. */
export async function gemm(emit: (row: Row) => void): Promise<void> {
  const backend = await cpu()
  for (const [m, k, n, transposeB = false] of products) {
    const right = transposeB ? [n, k] : [k, n]
    const graph = trace('gemm', (t) => ({
      product: matmul(t.input('left', 'float', [m, k]), t.input('right', 'float', right), { transposeB }),
    }))
    const program = await backend.compile(graph)
    const upload = (name: string, shape: readonly number[]) => {
      const data = new Float32Array(shape[0]! * shape[1]!)
      new RandomStream(1).uniform(data, { step: 0, site: siteOf(name) })
      return backend.upload({ kind: 'float', shape, data })
    }
    const inputs = { left: upload('left', [m, k]), right: upload('right', right) }
    const times = await measure(async () => (await program.run(inputs)).product!.dispose())
    const workload = `gemm-${m}x${k}x${n}${transposeB ? '-transposeB' : ''}`
    emit({ peer: 'dragoman-cpu', workload, ...times, gflops: round((2 * m * k * n) / times.medianMs / 1e6) })
    program.dispose()
    inputs.left.dispose()
    inputs.right.dispose()
  }
  await backend.dispose()
}
