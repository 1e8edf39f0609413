import type { JSX } from 'preact'
import { messages } from '../../text/messages.ts'

export function CompareView(): JSX.Element {
  return <h2>{messages.views.compare}</h2>
}
