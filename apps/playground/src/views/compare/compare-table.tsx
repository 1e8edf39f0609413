import type { JSX } from 'preact'
import { messages } from '../../text/messages.ts'
import type { Comparison, Row } from './comparison.ts'

const words = messages.compare
const columns = [
  words.output,
  words.difference,
  words.load,
  words.model,
  words.first,
  words.token,
  words.speed,
  words.memory,
]

/** What each backend made of the sentence, and how fast. */
export function CompareTable({
  comparison: { expected, rows },
  language,
}: {
  readonly comparison: Comparison
  readonly language: string | undefined
}): JSX.Element {
  const rates = rows.map(({ measurement }) => (measurement ? 1000 / measurement.tokenMs : 0))
  const fastest = Math.max(1, ...rates)
  return (
    <>
      <p class="written" lang={language} aria-live="polite">
        {expected === undefined ? words.preparing : words.reference(expected)}
      </p>
      <div class="wide">
        <table class="compare">
          <thead>
            <tr>
              <th scope="col">{words.backend}</th>
              {columns.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, i) => (
              <tr key={row.backend}>
                <th scope="row">{messages.backends[row.backend]}</th>
                <Cells
                  row={row}
                  rate={rates[i]!}
                  fastest={fastest}
                  isSame={row.measurement?.text === expected}
                />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Details rows={rows} />
    </>
  )
}

interface CellsProps {
  readonly row: Row
  /** Tokens a second. */
  readonly rate: number
  readonly fastest: number
  readonly isSame: boolean
}

function Cells({ row, rate, fastest, isSame }: CellsProps): JSX.Element {
  const { status, measurement, difference, missing, error } = row
  if (!measurement) {
    const text =
      status === 'missing'
        ? messages.missing[missing!.reason]
        : status === 'failed'
          ? String(error instanceof Error ? error.message : error)
          : words[status === 'running' ? 'running' : 'waiting']
    return (
      <td colSpan={columns.length} aria-busy={status === 'running'}>
        <small>{text}</small>
      </td>
    )
  }
  return (
    <>
      <td class={isSame ? undefined : 'differs'}>{isSame ? `✓ ${words.same}` : measurement.text}</td>
      <td class="number">{difference!.toExponential(1)}</td>
      <td class="number">{words.ms(measurement.backendMs)}</td>
      <td class="number">{words.ms(measurement.modelMs)}</td>
      <td class="number">{words.ms(measurement.firstMs)}</td>
      <td class="number">{words.ms(measurement.tokenMs)}</td>
      <td class="number">
        <meter min={0} max={fastest} value={rate} aria-label={words.speed}>
          {rate}
        </meter>{' '}
        {words.perSecond(rate)}
      </td>
      <td class="number">{words.bytes(measurement.bytes)}</td>
    </>
  )
}

/** Threads, SIMD, adapters: what the backends say of how they run here. */
function Details({ rows }: { readonly rows: readonly Row[] }): JSX.Element | null {
  const done = rows.filter(({ measurement }) => measurement)
  if (done.length === 0) return null
  return (
    <details>
      <summary>{words.details}</summary>
      <dl>
        {done.map(({ backend, measurement }) => (
          <div key={backend}>
            <dt>{messages.backends[backend]}</dt>
            <dd>
              {Object.entries(measurement!.info)
                .map(([name, value]) => `${name}: ${value}`)
                .join(' · ')}
            </dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
