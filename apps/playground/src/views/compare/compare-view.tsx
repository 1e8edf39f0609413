import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type BackendName, backendNames } from '../../engine/backend-names.ts'
import { shippedOf } from '../../models.ts'
import { keepState, route } from '../../state/route.ts'
import { messages } from '../../text/messages.ts'
import { BackendSelect, backendOf } from '../../ui/backend-select.tsx'
import { Code } from '../../ui/code.tsx'
import { ModelSelect } from '../../ui/model-select.tsx'
import { Problem } from '../../ui/problem.tsx'
import { CompareTable } from './compare-table.tsx'
import { compare, type Row } from './comparison.ts'
import { SuiteMatrix } from './suite-matrix.tsx'

const words = messages.compare
const longest = 100

/** The same sentence on every backend of this browser, and the suite that proves that they agree. */
export function CompareView(): JSX.Element {
  const { state } = route.value
  const model = shippedOf(state)
  const backend = backendOf(state)
  const text = state.text ?? messages.models[model].example
  const chosen = chosenOf(state.on)
  const abort = useRef<AbortController | undefined>(undefined)
  const [rows, setRows] = useState<readonly Row[]>([])
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>()
  useEffect(() => () => abort.current?.abort(), [])

  const go = async () => {
    setProblem(undefined)
    if (text.trim() === '') return setProblem(messages.try.empty)
    if (text.length > longest) return setProblem(messages.try.tooLong(longest))
    abort.current?.abort()
    const own = new AbortController()
    abort.current = own
    setBusy(true)
    try {
      await compare(model, text, chosen, setRows, own.signal)
    } catch (error) {
      setProblem(error)
    } finally {
      if (abort.current === own) setBusy(false)
    }
  }
  return (
    <>
      <section class="panel">
        <form
          onSubmit={(event) => {
            event.preventDefault()
            void go()
          }}
        >
          <ModelSelect value={model} />
          <label>
            {messages.try.source}
            <input value={text} onInput={({ currentTarget }) => keepState({ text: currentTarget.value })} />
          </label>
          <fieldset>
            <legend>{words.on}</legend>
            {backendNames.map((name) => (
              <label key={name}>
                <input
                  type="checkbox"
                  checked={chosen.includes(name)}
                  onChange={({ currentTarget }) => {
                    const next = backendNames.filter((each) =>
                      each === name ? currentTarget.checked : chosen.includes(each),
                    )
                    keepState({ on: next.length === backendNames.length ? undefined : next.join(' ') })
                  }}
                />
                {messages.backends[name]}
              </label>
            ))}
          </fieldset>
          <button type="submit" aria-busy={isBusy} disabled={chosen.length === 0}>
            {words.run}
          </button>
          <small>{words.about}</small>
        </form>
        <div>
          {problem !== undefined && <Problem error={problem} />}
          {rows.length > 0 && <CompareTable rows={rows} />}
          <Code text={compareCode(model, text)} />
        </div>
      </section>
      <BackendSelect value={backend} onChange={(name) => keepState({ backend: name })} />
      <SuiteMatrix backend={backend} />
    </>
  )
}

/** The backends that the address names; all of them where it names none. */
function chosenOf(on: string | undefined): readonly BackendName[] {
  const named = on?.split(' ')
  return backendNames.filter((name) => named?.includes(name) ?? true)
}

function compareCode(model: string, source: string): string {
  return `// In Node, on every backend that is installed:
//   echo ${JSON.stringify(source)} | npx dragoman compare models/${model} --input -

import { verify } from '@dragoman/conformance'
import { loadModel } from '@dragoman/core'
import { diskStore } from '@dragoman/cli'
import { cpu } from '@dragoman/backend-cpu'

const loaded = await loadModel(diskStore('models/${model}'), await cpu())
console.log(await verify(loaded))
`
}
