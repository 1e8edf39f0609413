import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { compareCode } from '../../code/compare-code.ts'
import { type BackendName, backendNames } from '../../engine/backend-names.ts'
import { modelOf } from '../../models.ts'
import { keepState, route } from '../../state/route.ts'
import { messages } from '../../text/messages.ts'
import { Code } from '../../ui/code.tsx'
import { fontsFor } from '../../ui/fonts.ts'
import { ModelSelect } from '../../ui/model-select.tsx'
import { Problem } from '../../ui/problem.tsx'
import { Submit } from '../../ui/submit.tsx'
import { BackendChecks } from './backend-checks.tsx'
import { CompareTable } from './compare-table.tsx'
import { type Comparison, compare } from './comparison.ts'
import { SuiteMatrix } from './suite-matrix.tsx'

const words = messages.compare
const longest = 100

/** The same sentence on every backend of this browser, and the suite that proves that they agree. */
export function CompareView(): JSX.Element {
  const { state } = route.value
  const model = modelOf(state)
  const text = state.text ?? model.example
  const chosen = chosenOf(state.on)
  const abort = useRef<AbortController | undefined>(undefined)
  const [comparison, setComparison] = useState<Comparison>()
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>()
  useEffect(() => () => abort.current?.abort(), [])

  const stop = () => {
    abort.current?.abort()
    setBusy(false)
  }
  const go = async () => {
    stop()
    setProblem(undefined)
    if (text.trim() === '') return setProblem(messages.try.empty)
    if (text.length > longest) return setProblem(messages.try.tooLong(longest))
    const own = new AbortController()
    abort.current = own
    setBusy(true)
    try {
      await fontsFor(model.language)
      await compare(model.source, text, chosen, setComparison, own.signal)
    } catch (error) {
      if (!own.signal.aborted) setProblem(error)
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
          <BackendChecks chosen={chosen} />
          <Submit
            label={words.run}
            stopLabel={words.stop}
            isBusy={isBusy}
            disabled={chosen.length === 0}
            onStop={stop}
          />
          <small>{chosen.length === 0 ? words.noneChosen : words.about}</small>
        </form>
        <div>
          {problem !== undefined && <Problem error={problem} />}
          {comparison && <CompareTable comparison={comparison} language={model.language} />}
          <Code text={compareCode(model.key, chosen, text)} />
        </div>
      </section>
      <SuiteMatrix chosen={chosen} />
    </>
  )
}

/** The backends that the address names; all of them where it names none. */
function chosenOf(on: string | undefined): readonly BackendName[] {
  const named = on?.split(' ')
  return backendNames.filter((name) => named?.includes(name) ?? true)
}
