import { type BackendName, isBackendName } from '../../engine/backend-names.ts'
import type { RunPlan } from '../../engine/run-record.ts'
import { architectureNames } from '../../tasks/architectures.ts'
import { taskNames } from '../../tasks/tasks.ts'

/** The plan in the address, all but what was pasted; wrong parts are the defaults. */
export function readPlan(state: Readonly<Record<string, string>>): Omit<RunPlan, 'pasted'> {
  const number = (name: string, low: number, high: number, fallback: number) => {
    const value = Number(state[name])
    return state[name] !== undefined && value >= low && value <= high ? value : fallback
  }
  const backend: BackendName = isBackendName(state.backend) ? state.backend : 'cpu'
  const task = taskNames.find((name) => name === state.task) ?? 'reverse'
  return {
    task,
    architecture: architectureNames.find((name) => name === state.architecture) ?? 'attention',
    backend,
    ...(task === 'own' ? { units: state.units === 'word' ? ('word' as const) : ('char' as const) } : {}),
    steps: Math.round(number('steps', 20, 20_000, 1_000)),
    learningRate: number('learningRate', 1e-5, 0.1, 0.003),
    seed: Math.round(number('seed', 0, 1_000, 1)),
  }
}
