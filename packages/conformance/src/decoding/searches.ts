import type { Backend, Generated, GenerateOptions } from '@dragoman/core'
import { generate, reference } from '@dragoman/core'
import { floats } from '../array.ts'
import type { CaseContext, ConformanceCase, Tolerances } from '../case.ts'
import { conformanceCase } from '../case.ts'
import type { SmallModelName } from '../small-models.ts'
import { decidedModel, smallModelNames } from '../small-models.ts'

/** Of several lengths, one of them the longest, one empty, one with a letter that is not known. */
export const sources: readonly string[] = ['abcd', 'b', 'dcba', '', 'axb', 'ccaab', 'd']

const maxLength = 10

/** Ways to write, by what they are. */
export const searches: Readonly<Record<string, GenerateOptions>> = {
  'greedy search': {},
  'a beam of 4, all of it': { beams: 4, nbest: 4 },
  'a beam with a length penalty, stopped early': {
    beams: 3,
    nbest: 3,
    lengthPenalty: 0.6,
    earlyStopping: true,
  },
  'groups of beams': { beams: 4, nbest: 4, beamGroups: 2, diversityPenalty: 0.7 },
  'sampling with a seed': { sample: true, seed: 7, temperature: 1.5 },
  'sampling of the likeliest': { sample: true, seed: 11, topK: 3, topP: 0.9, temperature: 2 },
  'rules of what may be written': {
    minLength: 3,
    noRepeatNgramSize: 2,
    repetitionPenalty: 1.3,
    suppressTokens: ['a'],
    tokenBias: [['b', 0.75]],
  },
  'phrases that must occur': { beams: 4, mustContain: ['cd'] },
}

/** What a source became, without the numbers. */
function idsOf({ hypotheses }: Generated): string {
  return hypotheses.map(({ ids, finished }) => `${[...ids].join(' ')} ${finished}`).join(' | ')
}

/** Sums of log-probabilities of some ten tokens. */
const scoreTolerances: Tolerances = {
  float64: { relative: 1e-10, absolute: 1e-10 },
  float32: { relative: 1e-4, absolute: 1e-4 },
}

async function generated(
  backend: Backend,
  model: SmallModelName,
  options: GenerateOptions,
): Promise<Generated[]> {
  const seq2seq = decidedModel(model, backend)
  try {
    return await generate(seq2seq, sources, { maxLength, ...options })
  } finally {
    await seq2seq.dispose()
  }
}

const expected = new Map<string, Promise<Generated[]>>()

function expectedOf(key: string, model: SmallModelName, options: GenerateOptions): Promise<Generated[]> {
  let found = expected.get(key)
  if (!found) {
    const backend = reference()
    found = generated(backend, model, options).finally(() => backend.dispose())
    expected.set(key, found)
  }
  return found
}

function expectGenerated(context: CaseContext, got: readonly Generated[], want: readonly Generated[]): void {
  for (const [i, each] of want.entries()) {
    const place = `the ids for '${sources[i]}'`
    context.expectSame(place, idsOf(got[i]!), idsOf(each))
    const scoresOf = ({ hypotheses }: Generated) =>
      floats(
        [hypotheses.length],
        hypotheses.map(({ score }) => score),
      )
    const scores = `the scores for '${sources[i]}'`
    context.expectClose({ [scores]: scoresOf(got[i]!) }, { [scores]: scoresOf(each) }, scoreTolerances)
  }
}

/** The same ids in the same order, whichever way they are searched for, as on the float64 reference. */
export const searchCases: readonly ConformanceCase[] = smallModelNames.flatMap((model) =>
  Object.entries(searches).map(([name, options]) => {
    const key = `${name}: ${model}`
    return conformanceCase('decoding', `ids are those of the reference: ${key}`, async (context) => {
      const want = await expectedOf(key, model, options)
      expectGenerated(context, await generated(context.backend, model, options), want)
    })
  }),
)
