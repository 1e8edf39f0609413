import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { messages } from '../text/messages.ts'

/** Copies the address, which holds the state of the view. */
export function Share(): JSX.Element {
  const [state, setState] = useState<'share' | 'shared' | 'shareFailed'>('share')
  const copy = async () => {
    const isCopied = await navigator.clipboard.writeText(location.href).then(
      () => true,
      () => false,
    )
    setState(isCopied ? 'shared' : 'shareFailed')
    setTimeout(() => setState('share'), 4_000)
  }
  return (
    <button type="button" class="outline small" onClick={() => void copy()} aria-live="polite">
      {messages[state]}
    </button>
  )
}
