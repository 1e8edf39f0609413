import type { JSX } from 'preact'
import { messages } from '../text/messages.ts'

/** What went wrong, as the library says it: errors of the library end with what to do. */
export function Problem({ error }: { readonly error: unknown }): JSX.Element {
  const text = error instanceof Error ? error.message : String(error)
  return (
    <div class="problem" role="alert">
      <strong>{messages.failed}</strong>
      <p>{text}</p>
    </div>
  )
}
