import { cpu } from '@dragoman/backend-cpu'
import { createModel } from '@dragoman/core'
import { median, round } from '../measure.ts'
import { startTraining } from '../peers/dragoman/train.ts'
import { randomBatch } from '../workloads/training.ts'
import { type Axis, axes, base, type Point, type Sizes, vocabulary } from './growth.ts'
import { configs } from './models.ts'

/** A training at one size. */
interface Grown {
  readonly size: number
  step(): Promise<unknown>
  /** Bytes of the step's workspace, and of weights and moments. */
  memory(): Readonly<Record<'workspace' | 'state', number>>
  dispose(): Promise<void>
}

/** Times and memory of training steps along every axis. All sizes of an axis take their turns in each round. */
export async function measurePoints(rounds: number): Promise<Point[]> {
  const points: Point[] = []
  for (const model of Object.keys(configs))
    for (const axis of Object.keys(axes) as Axis[]) points.push(...(await measureAxis(model, axis, rounds)))
  return points
}

async function measureAxis(model: string, axis: Axis, rounds: number): Promise<Point[]> {
  const all: Grown[] = []
  for (const size of axes[axis]) all.push(await grow(model, { ...base, [axis]: size }, size))
  const times = all.map((): number[] => [])
  // The first round plans and warms up.
  for (let i = 0; i <= rounds; i++) {
    for (const [at, { step }] of all.entries()) {
      const begin = performance.now()
      await step()
      if (i > 0) times[at]!.push(performance.now() - begin)
    }
  }
  const points = all.map(({ size, memory }, at): Point => {
    const { workspace, state } = memory()
    return {
      model,
      axis,
      size,
      medianMs: round(median(times[at]!)),
      workspaceMegabytes: round(workspace / 1e6),
      stateMegabytes: round(state / 1e6),
    }
  })
  for (const each of all) await each.dispose()
  return points
}

async function grow(name: string, sizes: Sizes, size: number): Promise<Grown> {
  const backend = await cpu({ threads: 1 })
  const model = createModel({
    sourceVocabularySize: vocabulary,
    targetVocabularySize: vocabulary,
    ...configs[name]!(sizes),
  })
  const { batch, length } = sizes
  const training = await startTraining(
    backend,
    model,
    randomBatch({ batch, source: length, target: length, vocabulary }),
  )
  return {
    size,
    step: training.step,
    memory: () => ({ workspace: training.stats.workspaceBytes!, state: backend.live().bytes }),
    async dispose() {
      await training.dispose()
      await backend.dispose()
    },
  }
}
