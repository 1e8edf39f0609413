import type { Seq2Seq } from '@dragoman/core'
import { generate, score, stream, UNK_ID } from '@dragoman/core'
import { floats } from '../array.ts'
import type { CaseContext, ConformanceCase, Tolerances } from '../case.ts'
import { conformanceCase } from '../case.ts'
import { decidedModel, type SmallModelName, smallModelNames } from '../small-models.ts'
import { sources } from './searches.ts'

const maxLength = 8

/** Another batch is another order of the same sums. */
const tolerances: Tolerances = {
  float64: { relative: 1e-10, absolute: 1e-10 },
  float32: { relative: 1e-4, absolute: 1e-4 },
}

type Law = (context: CaseContext, seq2seq: Seq2Seq) => Promise<void>

const textsOf = (found: Awaited<ReturnType<typeof generate>>) => found.map(({ text }) => text)

/** A source writes the same alone, in any batch and in any order. */
const batches: Law = async (context, seq2seq) => {
  const together = textsOf(await generate(seq2seq, sources, { maxLength }))
  const pairs = textsOf(await generate(seq2seq, sources, { maxLength, batchSize: 2 }))
  context.expectSame('texts of batches of 2', pairs.join('|'), together.join('|'))
  const reversed = textsOf(await generate(seq2seq, sources.toReversed(), { maxLength }))
  context.expectSame('texts in another order', reversed.toReversed().join('|'), together.join('|'))
  const alone = textsOf(await generate(seq2seq, [sources[2]!], { maxLength }))
  context.expectSame('the text of one source alone', alone[0]!, together[2]!)
}

/** Greedy search takes the likeliest token, and so do a beam of one and a draw from one. */
const greedy: Law = async (context, seq2seq) => {
  const plain = textsOf(await generate(seq2seq, sources, { maxLength })).join('|')
  const one = textsOf(await generate(seq2seq, sources, { maxLength, beams: 1 })).join('|')
  context.expectSame('texts of one beam', one, plain)
  const drawn = textsOf(await generate(seq2seq, sources, { maxLength, sample: true, topK: 1 })).join('|')
  context.expectSame('texts drawn from one token', drawn, plain)
}

/** What comes token by token is what comes at once. */
const streamed: Law = async (context, seq2seq) => {
  for (const source of sources.slice(0, 3)) {
    let text = ''
    for await (const { piece } of stream(seq2seq, source, { maxLength })) text += piece
    const [whole] = await generate(seq2seq, [source], { maxLength })
    context.expectSame(`the stream of '${source}'`, text, whole!.text)
  }
}

/** Step by step with caches a target has the probability that teacher forcing gives it. */
const scored: Law = async (context, seq2seq) => {
  const found = await generate(seq2seq, sources, { maxLength: 30, suppressTokens: [UNK_ID] })
  const ended = found.filter(({ best }) => best.finished === 'eos')
  context.expectSame('targets that end', String(ended.length > 0), 'true')
  const forced = await score(
    seq2seq,
    ended.map(({ source, text }) => ({ source, target: text })),
  )
  ended.forEach(({ best, source }, i) => {
    const row = (values: ArrayLike<number>) => floats([values.length], values)
    const want = row(forced[i]!.perToken.map((nats) => -nats))
    context.expectClose({ [source]: row(best.logProbabilities) }, { [source]: want }, tolerances)
  })
}

/** Every target of two letters at most, by brute force: a beam as wide as the tree has them in that order. */
const exhaustive: Law = async (context, seq2seq) => {
  const source = 'ab'
  const [wide] = await generate(seq2seq, [source], {
    beams: 200,
    nbest: 200,
    maxLength: 3,
    lengthPenalty: 0,
    earlyStopping: 'never',
    suppressTokens: [UNK_ID],
  })
  const letters = ['a', 'b', 'c', 'd']
  const targets = ['', ...letters, ...letters.flatMap((a) => letters.map((b) => a + b))]
  const forced = await score(
    seq2seq,
    targets.map((target) => ({ source, target })),
  )
  const ranked = targets.toSorted((a, b) => natsOf(a) - natsOf(b))
  function natsOf(target: string): number {
    return forced[targets.indexOf(target)]!.nats
  }
  const found = wide!.hypotheses.filter(({ finished }) => finished === 'eos').map(({ text }) => text)
  context.expectSame('targets, best first', found.join('|'), ranked.join('|'))
}

/** Target after target: no byte stays. */
const soak: Law = async (context, seq2seq) => {
  await generate(seq2seq, sources, { maxLength })
  const held = { ...context.backend.live() }
  for (let round = 0; round < 20; round++) {
    await generate(seq2seq, sources, { maxLength, beams: 1 + (round % 3) })
    const { arrays, bytes } = context.backend.live()
    context.expectSame(`arrays after round ${round}`, arrays, held.arrays)
    context.expectSame(`bytes after round ${round}`, bytes, held.bytes)
  }
}

const laws: readonly { name: string; law: Law; models: readonly SmallModelName[] }[] = [
  { name: 'a source writes the same in any batch', law: batches, models: smallModelNames },
  { name: 'one beam and one choice are greedy search', law: greedy, models: smallModelNames },
  { name: 'a stream is the target', law: streamed, models: smallModelNames },
  { name: 'a target has the probability of teacher forcing', law: scored, models: smallModelNames },
  {
    name: 'a wide beam finds what exhaustive search finds',
    law: exhaustive,
    models: ['LSTM with attention', 'Transformer of today'],
  },
  {
    name: 'decoding leaves nothing behind',
    law: soak,
    models: ['LSTM with attention', 'Transformer of today'],
  },
]

/** Two ways to the same target. */
export const searchLaws: readonly ConformanceCase[] = laws.flatMap(({ name, law, models }) =>
  models.map((model) =>
    conformanceCase('decoding', `${name}: ${model}`, async (context) => {
      const seq2seq = decidedModel(model, context.backend)
      try {
        await law(context, seq2seq)
      } finally {
        await seq2seq.dispose()
      }
    }),
  ),
)
