import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { RunPlan } from '../../engine/run-record.ts'
import { keepState, route } from '../../state/route.ts'
import { architectureNames } from '../../tasks/architectures.ts'
import { pairsOf, taskNames } from '../../tasks/tasks.ts'
import { messages } from '../../text/messages.ts'
import { BackendSelect } from '../../ui/backend-select.tsx'
import { Problem } from '../../ui/problem.tsx'
import { readPlan } from './plan-state.ts'

const words = messages.train
const [fewest, longest] = [20, 5_000_000]

/** What to train, on what, for how long. */
export function PlanForm({
  onStart,
}: {
  readonly onStart: (plans: readonly RunPlan[]) => void
}): JSX.Element {
  const plan = readPlan(route.value.state)
  const [pasted, setPasted] = useState('')
  const [problem, setProblem] = useState<unknown>()

  const start = async (plans: readonly Omit<RunPlan, 'pasted'>[]) => {
    setProblem(undefined)
    if (plan.task !== 'own') return onStart(plans)
    try {
      await expectPairs(pasted)
      onStart(plans.map((each) => ({ ...each, pasted })))
    } catch (error) {
      setProblem(error)
    }
  }
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
      <label>
        {words.task}
        <select value={plan.task} onChange={({ currentTarget }) => keepState({ task: currentTarget.value })}>
          {taskNames.map((name) => (
            <option key={name} value={name}>
              {words.tasks[name]}
            </option>
          ))}
        </select>
      </label>
      {plan.task === 'own' && (
        <label>
          {words.pasted}
          <textarea rows={6} value={pasted} onInput={({ currentTarget }) => setPasted(currentTarget.value)} />
          <small>{words.pastedHint}</small>
        </label>
      )}
      <label>
        {words.architecture}
        <select
          value={plan.architecture}
          onChange={({ currentTarget }) => keepState({ architecture: currentTarget.value })}
        >
          {architectureNames.map((name) => (
            <option key={name} value={name}>
              {words.architectures[name]}
            </option>
          ))}
        </select>
      </label>
      <BackendSelect value={plan.backend} onChange={(backend) => keepState({ backend })} />
      {number('steps', 20, 20_000, 20)}
      {number('learningRate', 0.00001, 0.1, 0.00001)}
      {number('seed', 0, 1_000, 1)}
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
      {problem !== undefined && <Problem error={problem} />}
    </form>
  )
}

/** Throws an Error, or what reading pairs throws, that says what to do. */
async function expectPairs(pasted: string): Promise<void> {
  if (pasted.trim() === '') throw new Error(words.pastedEmpty)
  if (pasted.length > longest) throw new Error(words.pastedLong(pasted.length))
  const { length } = await pairsOf(pasted)
  if (length < fewest) throw new Error(words.pastedFew(length))
}
