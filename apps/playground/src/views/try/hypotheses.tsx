import type { Hypothesis } from '@dragoman/core'
import type { JSX } from 'preact'
import { messages } from '../../text/messages.ts'

/** The n-best list with scores. */
export function Hypotheses({
  hypotheses,
  language,
}: {
  readonly hypotheses: readonly Hypothesis[]
  readonly language: string | undefined
}): JSX.Element {
  return (
    <>
      <h3>{messages.try.nbest}</h3>
      <div class="wide">
        <table class="hypotheses">
          <thead>
            <tr>
              <th scope="col">{messages.try.text}</th>
              <th scope="col">{messages.try.score}</th>
            </tr>
          </thead>
          <tbody>
            {hypotheses.map(({ text, score }, i) => (
              <tr key={i}>
                <td lang={language}>{text}</td>
                <td class="number">{score.toFixed(4)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}
