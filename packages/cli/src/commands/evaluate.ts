import {
  exactMatch,
  type Generated,
  type GenerateOptions,
  generate,
  groupReferences,
  type Pair,
  perplexity,
  type ScoredTarget,
  type Seq2Seq,
  score,
  tokenAccuracy,
  tokenErrorRate,
} from '@dragoman/core'
import { Command } from 'commander'
import { addBackendOptions, type BackendFlags } from '../backend-options.ts'
import { addDecodingOptions, decodingOptions } from '../decoding-options.ts'
import { readPairsFile } from '../input.ts'
import type { CommandContext } from '../main.ts'
import { withModel } from '../model-folder.ts'
import { createProgress, type Progress } from '../progress.ts'

/** How well a model does on pairs; rates from 0 to 1. */
interface Evaluation {
  readonly pairs: number
  readonly exactMatch: number
  readonly tokenAccuracy: number
  readonly tokenErrorRate: number
  readonly perplexity: number
}

interface EvaluateRequest extends GenerateOptions, BackendFlags {
  readonly json?: boolean
}

const itemsPerPart = 256

/** `dragoman evaluate`: how well a model does on pairs that it was not trained on. */
export function evaluateCommand(context: CommandContext): Command {
  const { environment, terminal } = context
  const command = new Command('evaluate')
    .description('measure a model on pairs: exact match, token accuracy, token error rate, perplexity')
    .argument('<DIR>', 'a model folder')
    .argument(
      '<PAIRS>',
      'source<TAB>target; lines with the same source are alternatives; .gz too, - for standard input',
    )
    .option('--json', 'one JSON line')
    .action(
      async (folder: string, path: string, { backend, threads, json = false, ...asked }: EvaluateRequest) => {
        const pairs = await readPairsFile(path, environment)
        await withModel(folder, { backend, threads }, environment, async (seq2seq) => {
          const options = await decodingOptions(seq2seq, folder, asked, context)
          const evaluation = await evaluate(seq2seq, pairs, options, context)
          for (const line of json ? [JSON.stringify(evaluation)] : describe(evaluation)) {
            await terminal.print(line)
          }
        })
      },
    )
  return addDecodingOptions(addBackendOptions(command, environment))
}

async function evaluate(
  seq2seq: Seq2Seq,
  pairs: readonly Pair[],
  options: GenerateOptions,
  { environment }: CommandContext,
): Promise<Evaluation> {
  const groups = groupReferences(pairs)
  const progress = createProgress(environment)
  let generated: Generated[]
  let scored: ScoredTarget[]
  try {
    // Generating takes most of the time.
    generated = await inParts(groups, [0, 0.8], progress, (part) =>
      generate(
        seq2seq,
        part.map(({ source }) => source),
        options,
      ),
    )
    scored = await inParts(pairs, [0.8, 1], progress, (part) => score(seq2seq, part))
  } finally {
    progress.stop()
  }
  const { target } = seq2seq.tokenizers
  const hypotheses = generated.map(({ best }) => best.tokens)
  const references = groups.map((group) => group.references.map((text) => target.tokenize(text)))
  return {
    pairs: pairs.length,
    exactMatch: exactMatch(hypotheses, references),
    tokenAccuracy: tokenAccuracy(hypotheses, references),
    tokenErrorRate: tokenErrorRate(hypotheses, references).rate,
    perplexity: perplexity(scored),
  }
}

/** Works through items part by part, and says how far it is. */
async function inParts<T, R>(
  items: readonly T[],
  [from, to]: readonly [number, number],
  progress: Progress,
  work: (part: readonly T[]) => Promise<R[]>,
): Promise<R[]> {
  const results: R[] = []
  for (let start = 0; start < items.length; start += itemsPerPart) {
    results.push(...(await work(items.slice(start, start + itemsPerPart))))
    const share = Math.min(1, (start + itemsPerPart) / items.length)
    const name = from === 0 ? 'generating' : 'scoring'
    progress.update(from + (to - from) * share, `${name}  ${results.length}/${items.length}`)
  }
  return results
}

function describe(evaluation: Evaluation): string[] {
  const percent = (rate: number) => `${(100 * rate).toFixed(1)} %`
  return [
    `pairs             ${evaluation.pairs.toLocaleString('en')}`,
    `exact match       ${percent(evaluation.exactMatch)}`,
    `token accuracy    ${percent(evaluation.tokenAccuracy)}`,
    `token error rate  ${percent(evaluation.tokenErrorRate)}`,
    `perplexity        ${evaluation.perplexity.toFixed(3)}`,
  ]
}
