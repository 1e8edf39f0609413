import type { Generated, Hypothesis } from '@dragoman/core'
import { attentionPicture, attentionRows } from './attention-picture.ts'
import type { OutputFormat } from './commands/generate.ts'

/** The lines that show what was generated for a source; a source that is empty has no result. */
export function formatResult(source: string, result: Generated | undefined, format: OutputFormat): string[] {
  if (format.json) return [JSON.stringify(resultJson(source, result))]
  // As many lines for each source as were asked for, so that line numbers tell which is whose.
  return Array.from({ length: format.nbest }, (_, i) => {
    const hypothesis = result?.hypotheses[i]
    return hypothesis ? hypothesisLines(result, hypothesis, format) : ['']
  }).flat()
}

function hypothesisLines(result: Generated, hypothesis: Hypothesis, format: OutputFormat): string[] {
  const line = format.scores ? `${hypothesis.score.toFixed(4)}\t${hypothesis.text}` : hypothesis.text
  return format.attention ? [line, '', ...attentionPicture(result, hypothesis), ''] : [line]
}

function resultJson(source: string, result: Generated | undefined): object {
  const hypotheses = result?.hypotheses ?? []
  return {
    source,
    ...(hypotheses[0]?.attention ? { sourceTokens: result!.sourceTokens } : {}),
    hypotheses: hypotheses.map((hypothesis) => ({
      text: hypothesis.text,
      tokens: hypothesis.tokens,
      score: hypothesis.score,
      finished: hypothesis.finished,
      ...(hypothesis.attention ? { attention: attentionRows(result!, hypothesis) } : {}),
    })),
  }
}
