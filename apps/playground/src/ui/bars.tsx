import type { JSX } from 'preact'
import { shownToken } from './shown-token.ts'

/** Shares from 0 to 1 as bars, each with its name and percentage. */
export function Bars({
  bars,
  label,
}: {
  readonly bars: readonly { readonly name: string; readonly share: number }[]
  readonly label: string
}): JSX.Element {
  return (
    <table class="bars" aria-label={label}>
      <tbody>
        {bars.map(({ name, share }, i) => (
          <tr key={i}>
            <th scope="row">{shownToken(name)}</th>
            <td>
              <meter min={0} max={1} value={share}>
                {share}
              </meter>
            </td>
            <td>{(100 * share).toFixed(1)} %</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
