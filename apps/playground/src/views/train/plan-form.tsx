import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { RunPlan } from '../../engine/run-record.ts'
import { keepState, route } from '../../state/route.ts'
import { architectureNames } from '../../tasks/architectures.ts'
import { ownPairs } from '../../tasks/own-pairs.ts'
import { taskNames, taskTsv } from '../../tasks/tasks.ts'
import { ownUnits } from '../../tasks/units.ts'
import { messages } from '../../text/messages.ts'
import { BackendSelect } from '../../ui/backend-select.tsx'
import { download } from '../../ui/download.ts'
import { Problem } from '../../ui/problem.tsx'
import { Select } from '../../ui/select.tsx'
import { DraftField, draft } from './draft-field.tsx'
import { readPlan } from './plan-state.ts'

const words = messages.train

/** What to train, on what, for how long. */
export function PlanForm({
  onStart,
}: {
  readonly onStart: (plans: readonly RunPlan[]) => void
}): JSX.Element {
  const plan = readPlan(route.value.state)
  const [problem, setProblem] = useState<unknown>()

  /** Tells what is wrong; nothing of the form is lost. */
  const guarded = async (work: () => Promise<void> | void) => {
    setProblem(undefined)
    try {
      if (plan.task === 'own') await ownPairs(draft.value)
      await work()
    } catch (error) {
      setProblem(error)
    }
  }
  const start = (plans: readonly Omit<RunPlan, 'pasted'>[]) =>
    guarded(() =>
      onStart(plan.task === 'own' ? plans.map((each) => ({ ...each, pasted: draft.value })) : plans),
    )
  const save = () =>
    guarded(async () => {
      const text = await taskTsv(plan.task, draft.value)
      download('pairs.tsv', 'text/tab-separated-values', new TextEncoder().encode(text))
    })
  const number = (name: 'steps' | 'learningRate' | 'seed', low: number, high: number, step: number) => (
    <label>
      {words[name]}
      <input
        type="number"
        min={low}
        max={high}
        step={step}
        value={plan[name]}
        onChange={({ currentTarget }) => keepState({ [name]: currentTarget.value })}
      />
    </label>
  )
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void start([plan])
      }}
    >
      <Select label={words.task} name="task" value={plan.task} names={taskNames} texts={words.tasks} />
      {plan.task === 'own' && (
        <>
          <DraftField />
          <Select
            label={words.units}
            name="units"
            value={plan.units ?? 'char'}
            names={ownUnits}
            texts={words.unitNames}
          />
        </>
      )}
      <Select
        label={words.architecture}
        name="architecture"
        value={plan.architecture}
        names={architectureNames}
        texts={words.architectures}
      />
      <BackendSelect value={plan.backend} onChange={(backend) => keepState({ backend })} />
      <div class="numbers">
        {number('steps', 20, 20_000, 20)}
        {number('learningRate', 0.00001, 0.1, 0.00001)}
        {number('seed', 0, 1_000, 1)}
      </div>
      <button type="submit">{words.start}</button>
      <button
        type="button"
        class="secondary"
        onClick={() =>
          void start([
            { ...plan, architecture: 'attention' },
            { ...plan, architecture: 'context' },
          ])
        }
      >
        {words.bothStart}
      </button>
      <button type="button" class="outline" onClick={() => void save()}>
        {words.data}
      </button>
      {problem !== undefined && <Problem error={problem} />}
    </form>
  )
}
