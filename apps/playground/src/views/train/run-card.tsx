import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { canWriteFolders, saveToFolder } from '../../engine/chosen-folder.ts'
import { filesOf } from '../../engine/own-models.ts'
import { zipModel } from '../../engine/zip.ts'
import { nameOfPlan } from '../../models.ts'
import { goTo } from '../../state/route.ts'
import { messages } from '../../text/messages.ts'
import { download } from '../../ui/download.ts'
import { Problem } from '../../ui/problem.tsx'
import { RunSamples } from './run-samples.tsx'
import { pause, type Run, remove, resume, start, stop } from './runs.ts'

const words = messages.train

export interface RunCardProps {
  readonly run: Run
  readonly isShown: boolean
  readonly onShow: (isShown: boolean) => void
}

/** One run: how far it is, what it writes, and what can be done with it. */
export function RunCard({ run, isShown, onShow }: RunCardProps): JSX.Element {
  const { id, plan, status, step, tokensPerSecond, secondsLeft, checks } = run
  const name = nameOfPlan(plan)
  const accuracy = checks.length > 0 ? ` · ${(100 * checks.at(-1)!.accuracy).toFixed(0)} %` : ''
  return (
    <article aria-busy={status === 'loading'} class="run">
      <header>
        <label>
          <input
            type="checkbox"
            checked={isShown}
            onChange={({ currentTarget }) => onShow(currentTarget.checked)}
          />
          <strong>{name}</strong> <small>{words.shown}</small>
        </label>
        <progress value={step} max={plan.steps} aria-label={name} />
        <p aria-live="polite">
          {words.status[status]} · {step} / {plan.steps}
          {accuracy}
          {status === 'running' && ` · ${words.speed(tokensPerSecond)} · ${words.left(secondsLeft)}`}
        </p>
      </header>
      {run.error !== undefined && <Problem error={run.error} />}
      <RunSamples checks={checks} language={plan.task === 'phrases' ? 'bn' : undefined} />
      <div class="buttons">
        {status === 'running' && <Action label={words.pause} onClick={() => pause(id)} />}
        {status === 'paused' && <Action label={words.resume} onClick={() => resume(id)} />}
        {(status === 'running' || status === 'paused') && (
          <Action label={words.stop} onClick={() => stop(id)} />
        )}
        {(status === 'stopped' || status === 'failed') && (
          <Action label={words.continue} onClick={() => void start(plan, id)} />
        )}
        {(status === 'done' || status === 'stopped') && <KeptActions run={run} />}
        {(status === 'done' || status === 'stopped' || status === 'failed') && (
          <Action
            label={words.delete}
            onClick={() => {
              if (confirm(words.deleteSure)) void remove(id)
            }}
          />
        )}
      </div>
    </article>
  )
}

/** What can be done with a model that is kept. */
function KeptActions({ run: { id, plan, checks } }: { readonly run: Run }): JSX.Element {
  const [said, setSaid] = useState<string>()
  const [problem, setProblem] = useState<unknown>()
  const key = `runs/${id}`
  const name = `${plan.task}-${plan.architecture}`
  const guarded = async (work: () => Promise<void>) => {
    setProblem(undefined)
    setSaid(undefined)
    await work().catch(setProblem)
  }
  const zip = () =>
    guarded(async () => download(`${name}.zip`, 'application/zip', zipModel(name, await filesOf(key))))
  const folder = () =>
    guarded(async () => {
      if (!canWriteFolders()) return setSaid(words.noFolder)
      const path = await saveToFolder(name, await filesOf(key))
      if (path !== undefined) setSaid(words.saved(path))
    })
  const text = checks.at(-1)?.samples[0]?.source ?? ''
  return (
    <>
      <Action label={words.tryIt} onClick={() => goTo('try', { model: key, text, backend: plan.backend })} />
      <Action label={words.download} onClick={() => void zip()} />
      <Action label={words.saveFolder} onClick={() => void folder()} />
      {said !== undefined && <p role="status">{said}</p>}
      {problem !== undefined && <Problem error={problem} />}
    </>
  )
}

function Action({ label, onClick }: { readonly label: string; readonly onClick: () => void }): JSX.Element {
  return (
    <button type="button" class="secondary" onClick={onClick}>
      {label}
    </button>
  )
}
