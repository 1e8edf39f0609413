import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { BackendName } from '../../engine/backend-names.ts'
import { EngineClient } from '../../engine/client.ts'
import { unzipModel } from '../../engine/zip.ts'
import { messages } from '../../text/messages.ts'
import { Problem } from '../../ui/problem.tsx'

const words = messages.train

/** A model of one's own: trained here, or opened from a zip. */
export interface OwnModel {
  readonly name: string
  readonly files: Readonly<Record<string, Uint8Array>>
}

export interface TryModelProps {
  readonly model: OwnModel | undefined
  readonly backend: BackendName
  readonly onModel: (model: OwnModel) => void
}

/** Asks a model of one's own; also opens one from a zip. */
export function TryModel({ model, backend, onModel }: TryModelProps): JSX.Element {
  const client = useRef<EngineClient | undefined>(undefined)
  const [text, setText] = useState('')
  const [answer, setAnswer] = useState('')
  const [problem, setProblem] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  useEffect(() => () => client.current?.end(), [])
  const guarded = async (work: () => Promise<void>) => {
    setProblem(undefined)
    setBusy(true)
    try {
      await work()
    } catch (error) {
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }
  const open = (file: File | undefined) =>
    guarded(async () => {
      if (!file) return
      const files = unzipModel(new Uint8Array(await file.arrayBuffer()))
      if (!files) throw new Error(words.notZip)
      onModel({ name: file.name, files })
    })
  const write = () =>
    guarded(async () => {
      client.current ??= new EngineClient()
      await client.current.open({ from: 'files', ...model! }, backend)
      const { hypotheses } = await client.current.generate(text, {}, () => {})
      setAnswer(hypotheses[0]!.text)
    })
  return (
    <article>
      <header>
        <h3>{words.try}</h3>
      </header>
      <label>
        {words.upload}
        <input
          type="file"
          accept=".zip,application/zip"
          onChange={({ currentTarget }) => void open(currentTarget.files?.[0])}
        />
        <small>{words.uploadHint}</small>
      </label>
      {model && (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            void write()
          }}
        >
          <label>
            {model.name}
            <input value={text} onInput={({ currentTarget }) => setText(currentTarget.value)} />
          </label>
          <button type="submit" aria-busy={isBusy}>
            {messages.try.write}
          </button>
          <p class="written" aria-live="polite">
            {answer}
          </p>
        </form>
      )}
      {problem !== undefined && <Problem error={problem} />}
    </article>
  )
}
