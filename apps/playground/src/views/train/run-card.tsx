import type { JSX } from 'preact'
import { runFiles } from '../../engine/saved-runs.ts'
import { zipModel } from '../../engine/zip.ts'
import { messages } from '../../text/messages.ts'
import { Problem } from '../../ui/problem.tsx'
import { pause, type Run, remove, resume, start, stop } from './runs.ts'

const words = messages.train

export interface RunCardProps {
  readonly run: Run
  readonly isShown: boolean
  readonly onShow: (isShown: boolean) => void
  readonly onTry: () => void
}

/** The name of a run: what it learns, and how. */
export function nameOf({ plan }: Run): string {
  return `${words.tasks[plan.task]} · ${words.architectures[plan.architecture]} · ${plan.backend}`
}

/** One run: how far it is, what it writes, and what can be done with it. */
export function RunCard({ run, isShown, onShow, onTry }: RunCardProps): JSX.Element {
  const { id, plan, status, step, tokensPerSecond, secondsLeft } = run
  const isLive = status === 'running' || status === 'paused'
  const isOver = status === 'done' || status === 'stopped'
  const last = run.checks.at(-1)
  const accuracy = last ? ` · ${(100 * last.accuracy).toFixed(0)} %` : ''
  return (
    <article aria-busy={status === 'loading'}>
      <header>
        <label>
          <input
            type="checkbox"
            checked={isShown}
            onChange={({ currentTarget }) => onShow(currentTarget.checked)}
          />
          <strong>{nameOf(run)}</strong> <small>{words.shown}</small>
        </label>
        <progress value={step} max={plan.steps} aria-label={nameOf(run)} />
        <p aria-live="polite">
          {words.status[status]} · {step} / {plan.steps}
          {accuracy}
          {status === 'running' && ` · ${words.speed(tokensPerSecond)} · ${words.left(secondsLeft)}`}
        </p>
      </header>
      {run.error !== undefined && <Problem error={run.error} />}
      {last && last.samples.length > 0 && (
        <div class="wide">
          <table>
            <caption class="visually-hidden">{words.samples}</caption>
            <thead>
              <tr>
                <th scope="col">{messages.try.source}</th>
                <th scope="col">{words.expected}</th>
                <th scope="col">{words.got}</th>
              </tr>
            </thead>
            <tbody>
              {last.samples.map(({ source, expected, got }, i) => (
                <tr key={i}>
                  <td>{source}</td>
                  <td>{expected}</td>
                  <td class={got === expected ? undefined : 'differs'}>{got}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <div class="buttons">
        {status === 'running' && <Action label={words.pause} onClick={() => pause(id)} />}
        {status === 'paused' && <Action label={words.resume} onClick={() => resume(id)} />}
        {isLive && <Action label={words.stop} onClick={() => stop(id)} />}
        {(status === 'stopped' || status === 'failed') && (
          <Action label={words.continue} onClick={() => void start(plan, id)} />
        )}
        {isOver && <Action label={words.tryIt} onClick={onTry} />}
        {isOver && <Action label={words.download} onClick={() => void download(run)} />}
        {!isLive && status !== 'loading' && <Action label={words.delete} onClick={() => void remove(id)} />}
      </div>
    </article>
  )
}

function Action({ label, onClick }: { readonly label: string; readonly onClick: () => void }): JSX.Element {
  return (
    <button type="button" class="secondary" onClick={onClick}>
      {label}
    </button>
  )
}

async function download({ id, plan }: Run): Promise<void> {
  const name = `${plan.task}-${plan.architecture}`
  const zip = zipModel(name, await runFiles(id))
  const address = URL.createObjectURL(new Blob([zip as Uint8Array<ArrayBuffer>], { type: 'application/zip' }))
  const link = document.createElement('a')
  link.href = address
  link.download = `${name}.zip`
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
