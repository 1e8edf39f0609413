import type { JSX } from 'preact'
import { messages } from '../../text/messages.ts'
import type { Row } from './comparison.ts'

const words = messages.compare

/** What each backend made of the sentence, and how fast. */
export function CompareTable({ rows }: { readonly rows: readonly Row[] }): JSX.Element {
  const rates = rows.map(({ measurement }) => (measurement ? 1000 / measurement.tokenMs : 0))
  const fastest = Math.max(1, ...rates)
  return (
    <div class="wide">
      <table>
        <thead>
          <tr>
            {[
              words.backend,
              words.output,
              words.difference,
              words.load,
              words.model,
              words.first,
              words.token,
              words.speed,
              words.memory,
            ].map((name) => (
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
              <Cells row={row} rate={rates[i]!} fastest={fastest} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Cells({
  row: { status, measurement, difference, missing, error },
  rate,
  fastest,
}: {
  readonly row: Row
  readonly rate: number
  readonly fastest: number
}): JSX.Element {
  if (!measurement) {
    const text =
      status === 'missing'
        ? messages.missing[missing!.reason]
        : status === 'failed'
          ? String(error)
          : words[status === 'running' ? 'running' : 'waiting']
    return (
      <td colSpan={8} aria-busy={status === 'running'}>
        <small>{text}</small>
      </td>
    )
  }
  return (
    <>
      <td>{measurement.text}</td>
      <td>{difference!.toExponential(1)}</td>
      <td>{words.ms(measurement.backendMs)}</td>
      <td>{words.ms(measurement.modelMs)}</td>
      <td>{words.ms(measurement.firstMs)}</td>
      <td>{words.ms(measurement.tokenMs)}</td>
      <td>
        <meter min={0} max={fastest} value={rate}>
          {rate}
        </meter>{' '}
        {words.perSecond(rate)}
      </td>
      <td>{words.bytes(measurement.bytes)}</td>
    </>
  )
}
