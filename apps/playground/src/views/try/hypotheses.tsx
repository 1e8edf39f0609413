import type { Hypothesis } from '@dragoman/core'
import type { JSX } from 'preact'
import { messages } from '../../text/messages.ts'

/** The n-best list with scores. */
export function Hypotheses({ hypotheses }: { readonly hypotheses: readonly Hypothesis[] }): JSX.Element {
  return (
    <>
      <h3>{messages.try.nbest}</h3>
      <table>
        <thead>
          <tr>
            <th scope="col">{messages.try.text}</th>
            <th scope="col">{messages.try.score}</th>
          </tr>
        </thead>
        <tbody>
          {hypotheses.map(({ text, score }, i) => (
            <tr key={i}>
              <td>{text}</td>
              <td>{score.toFixed(4)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}
