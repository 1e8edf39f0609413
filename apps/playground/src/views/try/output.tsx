import type { JSX } from 'preact'
import type { Answer, ModelFacts, TokenNews } from '../../engine/protocol.ts'
import type { ModelChoice } from '../../models.ts'
import { formatRoute, route } from '../../state/route.ts'
import { messages } from '../../text/messages.ts'
import { TokenList } from '../../ui/token-list.tsx'
import { Hypotheses } from './hypotheses.tsx'

const words = messages.try

export interface OutputProps {
  readonly model: ModelChoice
  readonly isBusy: boolean
  readonly status: string
  /** As they came. */
  readonly tokens: readonly TokenNews[]
  readonly answer: Answer | undefined
  readonly facts: ModelFacts | undefined
}

/** What the model writes, token by token, and when it is done how sure it was and how fast. */
export function Output({ model, isBusy, status, tokens, answer, facts }: OutputProps): JSX.Element {
  const best = answer?.hypotheses[0]
  const shown = best
    ? [...best.tokens, '<eos>'].slice(0, best.logProbabilities.length).map((token, i) => ({
        token,
        probability: Math.exp(best.logProbabilities[i]!),
      }))
    : tokens.map(({ token, logProbability }) => ({ token, probability: Math.exp(logProbability) }))
  return (
    <>
      <p class="written" lang={model.language} aria-live="polite" aria-busy={isBusy}>
        {best?.text ?? tokens.at(-1)?.text ?? ''}
      </p>
      {shown.length > 0 && <TokenList tokens={shown} label={words.output} />}
      <p>
        <small>
          {answer && best
            ? [
                shown.length > 0 ? words.ofEachToken : '',
                `${words.speed(best.logProbabilities.length, answer.totalMs)}, ${words.first(answer.firstMs)};`,
                facts ? words.loaded(facts.parameters, facts.backend) : '',
              ].join(' ')
            : status}
        </small>
      </p>
      {answer && answer.unknown.length > 0 && (
        <p class="note" role="status">
          {words.unknown(answer.unknown)}
        </p>
      )}
      {answer && <Hypotheses hypotheses={answer.hypotheses} language={model.language} />}
      {answer && (
        <p>
          <a href={formatRoute({ view: 'look', state: route.value.state })}>{words.lookInside}</a>
        </p>
      )}
    </>
  )
}
