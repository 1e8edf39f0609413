import type { CaseResult, Level } from '@dragoman/conformance'
import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { suiteCode } from '../../code/compare-code.ts'
import { type BackendName, type Missing, missing } from '../../engine/backend-names.ts'
import { SuiteClient } from '../../engine/suite-client.ts'
import { messages } from '../../text/messages.ts'
import { Code } from '../../ui/code.tsx'
import { Problem } from '../../ui/problem.tsx'

const words = messages.compare
const levels = Object.keys(words.levels) as Level[]

interface Progress {
  readonly results: readonly CaseResult[]
  readonly of: number
  /** Why there are none: this browser lacks the backend. */
  readonly why?: Missing
}

/** The conformance suite on one backend after another, live: a row for each level, a column for each backend. */
export function SuiteMatrix({ chosen }: { readonly chosen: readonly BackendName[] }): JSX.Element {
  const [columns, setColumns] = useState<ReadonlyMap<BackendName, Progress>>(new Map())
  const [running, setRunning] = useState<BackendName>()
  const [problem, setProblem] = useState<unknown>()
  const client = useRef<SuiteClient | undefined>(undefined)
  useEffect(() => () => client.current?.end(), [])

  const runOn = async (backend: BackendName, own: SuiteClient) => {
    setRunning(backend)
    const why = await missing(backend)
    setColumns((before) => new Map(before).set(backend, { results: [], of: 0, ...(why && { why }) }))
    if (why) return
    await own.run(backend, (results, of) =>
      setColumns((before) => {
        const known = before.get(backend)?.results ?? []
        return new Map(before).set(backend, { results: [...known, ...results], of })
      }),
    )
  }
  const run = async () => {
    setProblem(undefined)
    setColumns(new Map())
    for (const backend of chosen) {
      // A worker that is ended answers no more: the loop then ends here, too.
      const own = new SuiteClient()
      client.current = own
      try {
        await runOn(backend, own)
      } catch (error) {
        setProblem(error)
      } finally {
        own.end()
      }
    }
    setRunning(undefined)
  }
  const stop = () => {
    client.current?.end()
    setRunning(undefined)
  }
  const failures = [...columns].flatMap(([name, { results }]) =>
    results.filter(({ status }) => status === 'failed').map((result) => ({ name, ...result })),
  )
  const progress = running && columns.get(running)
  return (
    <article>
      <header>
        <h3>{words.suite}</h3>
      </header>
      <p>{words.suiteAbout}</p>
      <div class="buttons">
        <button
          type="button"
          disabled={running !== undefined || chosen.length === 0}
          onClick={() => void run()}
        >
          {words.suiteRun}
        </button>
        {running && (
          <button type="button" class="secondary" onClick={stop}>
            {words.suiteStop}
          </button>
        )}
      </div>
      {progress && progress.of > 0 && (
        <>
          <progress value={progress.results.length} max={progress.of} aria-label={words.suite} />
          <p>{words.suiteProgress(messages.backends[running], progress.results.length, progress.of)}</p>
        </>
      )}
      {problem !== undefined && <Problem error={problem} />}
      {columns.size > 0 && (
        <div class="wide">
          <table>
            <thead>
              <tr>
                <th scope="col">{words.level}</th>
                {[...columns].map(([name, { why }]) => (
                  <th key={name} scope="col">
                    {messages.backends[name]}
                    {why && <small class="reason">{messages.missing[why.reason]}</small>}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {levels.map((level) => (
                <tr key={level}>
                  <th scope="row">{words.levels[level]}</th>
                  {[...columns].map(([name, { results }]) => (
                    <td key={name}>{countsOf(results, level)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {failures.length > 0 && (
        <details>
          <summary>
            {words.failures}: {failures.length}
          </summary>
          <ul>
            {failures.map(({ name, id, message }) => (
              <li key={`${name} ${id}`}>
                <strong>{name}</strong> {id}
                <pre>{message}</pre>
              </li>
            ))}
          </ul>
        </details>
      )}
      <Code text={suiteCode(chosen[0] ?? 'cpu')} />
    </article>
  )
}

function countsOf(results: readonly CaseResult[], level: Level): string {
  const own = results.filter((result) => result.level === level)
  const count = (wanted: CaseResult['status']) => own.filter(({ status }) => status === wanted).length
  return own.length === 0 ? '–' : words.counts(count('passed'), count('failed'), count('gap'))
}
