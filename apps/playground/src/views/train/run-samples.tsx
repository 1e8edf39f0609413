import type { JSX } from 'preact'
import type { Check } from '../../engine/run-record.ts'
import { messages } from '../../text/messages.ts'
import './train.css'

const words = messages.train
/** Checks whose outputs stand side by side. */
const most = 4

/** What the model wrote for the same held-out sources, now and before. */
export function RunSamples({
  checks,
  language,
}: {
  readonly checks: readonly Check[]
  readonly language: string | undefined
}): JSX.Element | null {
  const last = checks.at(-1)
  if (!last || last.samples.length === 0) return null
  // The newest first: beside what is right, also on a narrow screen.
  const shown = spread(checks.filter(({ samples }) => samples.length === last.samples.length)).reverse()
  return (
    <div class="wide">
      <table class="samples" lang={language}>
        <caption>{words.samples}</caption>
        <thead lang="en">
          <tr>
            <th scope="col">{messages.try.source}</th>
            <th scope="col">{words.expected}</th>
            {shown.map(({ step }) => (
              <th key={step} scope="col">
                {words.gotAt(step)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {last.samples.map(({ source, expected }, i) => (
            <tr key={i}>
              <td>{source}</td>
              <td>{expected}</td>
              {shown.map(({ step, samples }) => (
                <td key={step} class={samples[i]!.got === expected ? undefined : 'differs'}>
                  <span class="cut" title={samples[i]!.got}>
                    {samples[i]!.got || '–'}
                  </span>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** The first, the last, and some evenly between. */
export function spread<T>(all: readonly T[]): T[] {
  if (all.length <= most) return [...all]
  return Array.from({ length: most }, (_, i) => all[Math.round((i * (all.length - 1)) / (most - 1))]!)
}
