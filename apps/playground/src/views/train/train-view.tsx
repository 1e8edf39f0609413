import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { runFiles } from '../../engine/saved-runs.ts'
import { route } from '../../state/route.ts'
import { architectures } from '../../tasks/architectures.ts'
import { messages } from '../../text/messages.ts'
import { Code } from '../../ui/code.tsx'
import { LinePlot } from '../../ui/line-plot.tsx'
import { Problem } from '../../ui/problem.tsx'
import { backendCode } from '../try/code.ts'
import { PlanForm } from './plan-form.tsx'
import { readPlan } from './plan-state.ts'
import { nameOf, RunCard } from './run-card.tsx'
import { recallRuns, runs, start } from './runs.ts'
import { type OwnModel, TryModel } from './try-model.tsx'

const words = messages.train

/** Train a model in the page, watch it learn, keep it. */
export function TrainView(): JSX.Element {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  const [model, setModel] = useState<OwnModel>()
  const [problem, setProblem] = useState<unknown>()
  useEffect(() => void recallRuns().catch(setProblem), [])

  const shown = runs.value.filter(({ id }) => !hidden.has(id)).slice(0, 4)
  const losses = shown.map((run) => ({
    name: nameOf(run),
    points: run.losses.map((loss, i) => [i + 1, loss] as const),
  }))
  const accuracies = shown.map((run) => ({
    name: nameOf(run),
    points: run.checks.map(({ step, accuracy }) => [step, accuracy] as const),
  }))
  const plan = readPlan(route.value.state)
  return (
    <section class="panel">
      <div>
        <PlanForm onStart={(plans) => plans.forEach((plan) => void start(plan))} />
        <TryModel model={model} backend={plan.backend} onModel={setModel} />
        <Code text={trainCode(plan)} />
      </div>
      <div>
        <h2>{words.runs}</h2>
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
            onShow={(isShown) =>
              setHidden(new Set([...hidden, run.id].filter((id) => id !== run.id || !isShown)))
            }
            onTry={() =>
              void runFiles(run.id).then((files) => setModel({ name: nameOf(run), files }), setProblem)
            }
          />
        ))}
      </div>
    </section>
  )
}

function trainCode(plan: ReturnType<typeof readPlan>): string {
  const config = JSON.stringify(architectures[plan.architecture], null, 2)
  return `import { buildTokenizer, createSeq2Seq, readPairs, saveModel, train } from '@dragoman/core'
import { diskStore } from '@dragoman/cli'
import { readFileSync } from 'node:fs'
${backendCode(plan.backend)}

const pairs = []
for await (const pair of readPairs([readFileSync('pairs.tsv')])) pairs.push(pair)
const tokenizers = {
  source: buildTokenizer(pairs.map(({ source }) => source), { type: 'char' }),
  target: buildTokenizer(pairs.map(({ target }) => target), { type: 'char' }),
}
const config = ${config}
const model = createSeq2Seq({ config, tokenizers, backend }, { seed: ${plan.seed} })
const schedule = { type: 'cosine', learningRate: ${plan.learningRate}, totalSteps: ${plan.steps}, warmupSteps: 100 }
for await (const event of train(model, pairs, { steps: ${plan.steps}, schedule, seed: ${plan.seed} })) {
  if (event.type === 'step' && event.step % 50 === 0) console.log(event.step, event.loss)
}
await saveModel(model, diskStore('my-model'))
`
}
