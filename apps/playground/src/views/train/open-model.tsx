import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { forgetModel, keepModel } from '../../engine/own-models.ts'
import { modelIn, unzipModel } from '../../engine/zip.ts'
import { ownModels, recallModels } from '../../models.ts'
import { formatRoute } from '../../state/route.ts'
import { messages } from '../../text/messages.ts'
import { Problem } from '../../ui/problem.tsx'

const words = messages.train

/** Opens a model from a zip or a folder, and keeps it in the browser. */
export function OpenModel(): JSX.Element {
  const [opened, setOpened] = useState<{ readonly key: string; readonly name: string }>()
  const [problem, setProblem] = useState<unknown>()
  const keep = async (
    name: string,
    read: () => Promise<Record<string, Uint8Array> | undefined>,
    or: string,
  ) => {
    setProblem(undefined)
    setOpened(undefined)
    try {
      const files = await read()
      if (!files) throw new Error(or)
      setOpened({ key: await keepModel(name, files), name })
      await recallModels()
    } catch (error) {
      setProblem(error)
    }
  }
  const openZip = (file: File | undefined) =>
    file &&
    keep(
      file.name.replace(/\.zip$/i, ''),
      async () => unzipModel(new Uint8Array(await file.arrayBuffer())),
      words.notZip,
    )
  const openFolder = (files: readonly File[]) =>
    files.length > 0 &&
    keep(
      files[0]!.webkitRelativePath.split('/')[0] || 'model',
      async () => modelIn(await bytesOf(files)),
      words.notFolder,
    )
  return (
    <article>
      <header>
        <h3>{words.open}</h3>
      </header>
      <label>
        {words.openZip}
        <input
          type="file"
          accept=".zip,application/zip"
          onChange={({ currentTarget }) => void openZip(currentTarget.files?.[0])}
        />
      </label>
      <label>
        {words.openFolder}
        <input
          type="file"
          ref={(input) => input?.setAttribute('webkitdirectory', '')}
          onChange={({ currentTarget }) => void openFolder([...(currentTarget.files ?? [])])}
        />
      </label>
      <small>{words.openHint}</small>
      {opened && (
        <p role="status">
          {words.opened(opened.name)}{' '}
          <a href={formatRoute({ view: 'try', state: { model: opened.key } })}>{words.tryIt}</a>
        </p>
      )}
      {problem !== undefined && <Problem error={problem} />}
      <Opened onProblem={setProblem} />
    </article>
  )
}

/** The models that were opened before; each can be tried, and forgotten. */
function Opened({ onProblem }: { readonly onProblem: (problem: unknown) => void }): JSX.Element {
  useEffect(() => void recallModels(), [])
  const models = ownModels.value.filter(({ key }) => key.startsWith('models/'))
  const forget = async (key: string) => {
    if (!confirm(words.forgetSure)) return
    await forgetModel(key).then(recallModels, onProblem)
  }
  return (
    <ul class="opened">
      {models.map(({ key, name }) => (
        <li key={key}>
          <a href={formatRoute({ view: 'try', state: { model: key } })}>{name}</a>{' '}
          <button
            type="button"
            class="outline small"
            aria-label={`${words.delete} ${name}`}
            onClick={() => void forget(key)}
          >
            {words.delete}
          </button>
        </li>
      ))}
    </ul>
  )
}

/** The files of a folder, by their path in it; large ones that no model has are left out unread. */
async function bytesOf(files: readonly File[]): Promise<Record<string, Uint8Array>> {
  const wanted = files.filter(({ name }) => /\.(json|safetensors)$/.test(name))
  const entries = wanted.map(
    async (file) => [file.webkitRelativePath || file.name, new Uint8Array(await file.arrayBuffer())] as const,
  )
  return Object.fromEntries(await Promise.all(entries))
}
