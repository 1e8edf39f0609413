import { type Signal, signal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { keepDraft, readDraft } from '../../engine/draft.ts'
import { messages } from '../../text/messages.ts'

const words = messages.train

/** Pairs of one's own, as TSV. */
export const draft: Signal<string> = signal('')

/** Where pairs are pasted, or read from a file; what is there survives a reload. */
export function DraftField(): JSX.Element {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useEffect(() => {
    if (draft.value === '') {
      void readDraft().then((text) => {
        if (draft.value === '') draft.value = text
      })
    }
  }, [])
  const change = (text: string) => {
    draft.value = text
    clearTimeout(timer.current)
    // Where the browser has no room the text is still in the page; training says so when it needs room.
    timer.current = setTimeout(() => void keepDraft(text).catch(() => {}), 300)
  }
  const lines = draft.value.split('\n').filter((line) => line.trim() !== '').length
  return (
    <>
      <label>
        {words.pasted}
        <textarea
          rows={6}
          spellcheck={false}
          value={draft.value}
          onInput={({ currentTarget }) => change(currentTarget.value)}
        />
        <small>{lines > 0 ? words.pastedKept(lines) : words.pastedHint}</small>
      </label>
      <label>
        {words.pastedFile}
        <input
          type="file"
          accept=".tsv,.txt,text/tab-separated-values,text/plain"
          onChange={({ currentTarget }) => void currentTarget.files?.[0]?.text().then(change)}
        />
      </label>
    </>
  )
}
