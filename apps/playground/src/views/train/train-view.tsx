import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { trainCode } from '../../code/train-code.ts'
import type { RunPlan } from '../../engine/run-record.ts'
import { nameOfPlan } from '../../models.ts'
import { keepState, route } from '../../state/route.ts'
import { messages } from '../../text/messages.ts'
import { Code } from '../../ui/code.tsx'
import { fontsFor } from '../../ui/fonts.ts'
import { LinePlot } from '../../ui/line-plot.tsx'
import { Problem } from '../../ui/problem.tsx'
import { OpenModel } from './open-model.tsx'
import { PlanForm } from './plan-form.tsx'
import { readPlan } from './plan-state.ts'
import { RunCard } from './run-card.tsx'
import { recallRuns, runs, start } from './runs.ts'

const words = messages.train
/** Lines that can be told apart in one plot. */
const mostShown = 4

/** Train a model in the page, watch it learn, keep it. */
export function TrainView(): JSX.Element {
  const [problem, setProblem] = useState<unknown>()
  useEffect(() => {
    void recallRuns().catch(setProblem)
    void fontsFor('bn')
  }, [])

  const heading = useRef<HTMLHeadingElement>(null)
  const { state } = route.value
  const hidden = new Set(state.hide?.split(' '))
  // The oldest first, so that a line keeps its colour when another run begins.
  const shown = runs.value
    .filter(({ id }) => !hidden.has(id))
    .slice(0, mostShown)
    .reverse()
  const losses = shown.map(({ plan, losses }) => ({
    name: nameOfPlan(plan),
    points: losses.map((loss, i) => [i + 1, loss] as const),
  }))
  const accuracies = shown.map(({ plan, checks }) => ({
    name: nameOfPlan(plan),
    points: checks.map(({ step, accuracy }) => [step, accuracy] as const),
  }))
  const show = (id: string, isShown: boolean) => {
    const next = isShown ? [...hidden].filter((each) => each !== id) : [...hidden, id]
    keepState({ hide: next.length === 0 ? undefined : next.join(' ') })
  }
  const begin = (plans: readonly RunPlan[]) => {
    for (const plan of plans) void start(plan)
    // On a narrow screen they are below the form.
    heading.current?.scrollIntoView({ block: 'nearest' })
  }
  return (
    <section class="panel">
      <div>
        <PlanForm onStart={begin} />
        <Code text={trainCode(readPlan(state))} />
        <OpenModel />
      </div>
      <div>
        <h2 ref={heading}>{words.runs}</h2>
        {problem !== undefined && <Problem error={problem} />}
        {runs.value.length === 0 && <p>{words.none}</p>}
        {shown.length > 0 && (
          <>
            <LinePlot lines={losses} xLabel={words.step} yLabel={words.loss} />
            <LinePlot lines={accuracies} xLabel={words.step} yLabel={words.accuracy} isShare />
          </>
        )}
        {runs.value.map((run) => (
          <RunCard
            key={run.id}
            run={run}
            isShown={!hidden.has(run.id)}
            onShow={(isShown) => show(run.id, isShown)}
          />
        ))}
      </div>
    </section>
  )
}
