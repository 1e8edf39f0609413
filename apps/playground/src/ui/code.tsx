import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { messages } from '../text/messages.ts'

/** The few lines that do the same with the library. */
export function Code({ text }: { readonly text: string }): JSX.Element {
  const [isCopied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), 2_000)
  }
  return (
    <details class="code">
      <summary>{messages.code}</summary>
      <pre>
        <code>{text}</code>
      </pre>
      <button type="button" class="secondary" onClick={() => void copy()}>
        {isCopied ? messages.copied : messages.copy}
      </button>
    </details>
  )
}
