import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { cpu } from '@dragoman/backend-cpu'
import {
  type Backend,
  buildTokenizer,
  createSeq2Seq,
  generate,
  type Pair,
  type Seq2Seq,
  train,
} from '@dragoman/core'

/** Memory at one moment; bytes. */
interface Mark {
  readonly at: string
  readonly wasm: number
  readonly arrays: number
  readonly arrayBytes: number
  /** After a collection. */
  readonly heap: number
  readonly process: number
}

const modelSize = 64
const words = Array.from({ length: 40 }, (_, i) => `w${i}`)
const longest = 20
const batchSize = 16
const decodedLength = 32
/** Share of the work after which nothing may grow: by then every size has been seen. */
const warmUp = 0.2

const configs: Readonly<Record<string, object>> = {
  recurrent: {
    version: 1,
    encoder: { type: 'rnn', cell: 'gru', embeddingSize: modelSize, hiddenSize: modelSize, dropout: 0.1 },
    decoder: {
      type: 'rnn',
      cell: 'gru',
      embeddingSize: modelSize,
      hiddenSize: modelSize,
      attention: { score: 'general' },
      output: { from: ['state', 'context'] },
    },
  },
  transformer: {
    version: 1,
    encoder: { type: 'transformer', modelSize, layers: 2, heads: 2, feedForwardSize: 128, dropout: 0.1 },
    decoder: { type: 'transformer', modelSize, layers: 2, heads: 2, feedForwardSize: 128, dropout: 0.1 },
  },
}

/** What is done, and how long. */
export interface MemoryRequest {
  readonly steps: number
  readonly tokens: number
  readonly threads: number
}

/**
 * Trains and decodes with small models of each kind on backend-cpu, and looks at the memory at the beginning, after a
 * warm-up, in the middle and at the end.
 *
 * @param write takes the lines of a table.
 * @throws Error when after the warm-up the memory of the kernels or the arrays grow.
 */
export async function watchMemory(
  { steps, tokens, threads }: MemoryRequest,
  write: (line: string) => void,
): Promise<void> {
  write('                                wasm MB  arrays  arrays MB  heap MB  process MB')
  for (const kind of Object.keys(configs)) {
    const backend = await cpu({ threads })
    const before = markOf('before', backend)
    write(lineOf(kind, before))
    const tokenizer = buildTokenizer(words, { type: 'space' })
    const parts = { config: configs[kind], tokenizers: { source: tokenizer, target: tokenizer }, backend }
    const model = createSeq2Seq(parts, { seed: 1 })
    for (const work of [trainSteps(model, steps), decodeTokens(model, tokens)]) {
      const marks: Mark[] = []
      for await (const at of work) {
        marks.push(markOf(at, backend))
        write(lineOf(kind, marks.at(-1)!))
      }
      expectFlat(kind, marks)
    }
    await model.dispose()
    const after = markOf('after', backend)
    write(lineOf(kind, after))
    if (after.arrays !== before.arrays) throw new Error(`${kind}: ${after.arrays} arrays are left`)
    await backend.dispose()
  }
}

/** Pairs of all lengths, so that batches are of all the sizes that there are. */
function pairs(): Pair[] {
  return Array.from({ length: 40 * batchSize }, (_, i) => {
    const source = Array.from({ length: 1 + (i % longest) }, (_, k) => words[(7 * i + 3 * k) % words.length]!)
    return { source: source.join(' '), target: source.toReversed().join(' ') }
  })
}

async function* trainSteps(model: Seq2Seq, steps: number): AsyncGenerator<string, void, undefined> {
  const due = dueAt(steps)
  for await (const event of train(model, pairs(), { steps, batch: { size: batchSize } })) {
    if (event.type === 'step' && due.has(event.step)) yield `step ${event.step}`
  }
}

async function* decodeTokens(model: Seq2Seq, tokens: number): AsyncGenerator<string, void, undefined> {
  const rounds = Math.ceil(tokens / (batchSize * decodedLength))
  const due = dueAt(rounds)
  const sources = pairs().map(({ source }) => source)
  const options = { minLength: decodedLength, maxLength: decodedLength, batchSize }
  for (let round = 1; round <= rounds; round++) {
    const first = ((round - 1) * batchSize) % sources.length
    await generate(model, sources.slice(first, first + batchSize), options)
    if (due.has(round)) yield `${(round * batchSize * decodedLength).toLocaleString('en')} tokens`
  }
}

function dueAt(count: number): Set<number> {
  return new Set([1, Math.ceil(count * warmUp), Math.ceil(count / 2), count])
}

function markOf(at: string, backend: Backend): Mark {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  const { arrays, bytes } = backend.live()
  const { heapUsed, rss } = process.memoryUsage()
  const wasm = Number(backend.info().memoryBytes)
  return { at, wasm, arrays, arrayBytes: bytes, heap: heapUsed, process: rss }
}

function expectFlat(kind: string, [, warm, ...later]: readonly Mark[]): void {
  for (const mark of later) {
    for (const what of ['wasm', 'arrays', 'arrayBytes'] as const) {
      if (mark[what] <= warm![what]) continue
      throw new Error(`${kind}: ${what} grew from ${warm![what]} (${warm!.at}) to ${mark[what]} (${mark.at})`)
    }
  }
}

function lineOf(kind: string, { at, wasm, arrays, arrayBytes, heap, process }: Mark): string {
  const megabytes = (bytes: number, width: number) => (bytes / 1e6).toFixed(1).padStart(width)
  const sizes = [megabytes(wasm, 7), `${arrays}`.padStart(6), megabytes(arrayBytes, 9)]
  return [`${kind} ${at}`.padEnd(30), ...sizes, megabytes(heap, 7), megabytes(process, 10)].join('  ')
}
