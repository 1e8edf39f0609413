import { describe, expect, test } from 'vitest'
import { gruScratchBytes } from '../plan/scratch.ts'
import { expectClose } from '../testing/numbers.ts'
import { type Outcome, PlanCase } from '../testing/plan-case.ts'
import {
  columnSums,
  finiteDifferences,
  flipSteps,
  paddingMask,
  randomInputs,
  weightGradient,
} from '../testing/recurrence.ts'
import { torchFixtures } from '../testing/torch-fixtures.ts'

interface Setup {
  /** Gates take the memory of xProjection. */
  inPlace?: boolean
  steps: number
  batch: number
  hidden: number
  xProjection: ArrayLike<number>
  weightHh: ArrayLike<number>
  biasHh: ArrayLike<number>
  h0: ArrayLike<number>
  dStates?: ArrayLike<number>
  isReal?: ArrayLike<number>
  reverse?: number
  resetAfter: number
}

/** Forward and backward in one plan, on both walkers. */
function runGru(setup: Setup) {
  const { steps, batch, hidden, resetAfter, reverse = 0 } = setup
  const run = new PlanCase()
  const size = batch * hidden
  const xProjection = run.floats(setup.xProjection)
  const at = {
    states: run.room(steps * size),
    gates: setup.inPlace ? xProjection : run.room(3 * steps * size),
    candidate: run.room(steps * size),
    dXProjection: run.room(3 * steps * size),
    dHProjection: run.room(3 * steps * size),
    dH0: run.room(size),
  }
  const shared = {
    states: at.states,
    gates: at.gates,
    candidate: at.candidate,
    weightHh: run.floats(setup.weightHh),
    h0: run.floats(setup.h0),
    isReal: setup.isReal ? run.ints(setup.isReal) : 0,
    scratch: run.scratch(gruScratchBytes(batch, hidden)),
    steps,
    batch,
    hidden,
    reverse,
    resetAfter,
  }
  const biasHh = run.floats(setup.biasHh)
  run.plan.gruForward({ ...shared, biasHh, xProjection })
  const dStates = setup.dStates ? run.floats(setup.dStates) : 0
  const { dXProjection, dHProjection, dH0 } = at
  run.plan.gruBackward({ ...shared, dXProjection, dHProjection, dH0, dStates })
  const outcome = run.run()
  const read = (walker: Outcome) => ({
    states: walker.floats(at.states, steps * size),
    gates: walker.floats(at.gates, 3 * steps * size),
    candidate: walker.floats(at.candidate, steps * size),
    dXProjection: walker.floats(dXProjection, 3 * steps * size),
    dHProjection: walker.floats(dHProjection, 3 * steps * size),
    dH0: walker.floats(dH0, size),
  })
  return { wasm: read(outcome.wasm), scalar: read(outcome.scalar) }
}

describe('against PyTorch, whose reset comes after the product', () => {
  const torch = torchFixtures.gru
  const { steps, batch, hidden } = torch
  const results = runGru({ ...torch, resetAfter: 1 })
  const tolerance = { absolute: 1e-5, relative: 1e-5 }

  test.each(['wasm', 'scalar'] as const)('%s', (kind) => {
    const result = results[kind]
    expectClose(result.states, torch.states, tolerance)
    expectClose(result.dH0, torch.dH0, tolerance)
    const before = Float32Array.from([...torch.h0, ...torch.states.slice(0, (steps - 1) * batch * hidden)])
    expectClose(weightGradient(result.dHProjection, before, 3 * hidden, hidden), torch.dWeightHh, tolerance)
    expectClose(columnSums(result.dHProjection, 3 * hidden), torch.dBiasHh, tolerance)
    expectClose(columnSums(result.dXProjection, 3 * hidden), torch.dBiasIh, tolerance)
  })
})

describe.each([0, 1])('resetAfter %i', (resetAfter) => {
  const sizes = [
    { steps: 1, batch: 1, hidden: 1 },
    { steps: 3, batch: 2, hidden: 3 },
    { steps: 5, batch: 4, hidden: 8 },
    { steps: 4, batch: 7, hidden: 33 },
    { steps: 2, batch: 130, hidden: 5 },
    { steps: 2, batch: 3, hidden: 140 },
  ]
  const cases = sizes.flatMap((size) =>
    [0, 1].flatMap((reverse) => [false, true].map((mask) => ({ ...size, reverse, mask }))),
  )
  test.each(cases)(
    'walkers agree: steps $steps, batch $batch, hidden $hidden, reverse $reverse, mask $mask',
    (setup) => {
      const { steps, batch, hidden, reverse, mask } = setup
      const inputs = randomInputs(3, steps, batch, hidden)
      const isReal = mask ? { isReal: paddingMask(steps, batch) } : {}
      const { wasm, scalar } = runGru({ steps, batch, hidden, reverse, resetAfter, ...inputs, ...isReal })
      for (const key of Object.keys(wasm) as (keyof typeof wasm)[]) {
        expectClose(wasm[key], scalar[key], { absolute: 2e-5, relative: 2e-5 })
      }
    },
  )

  test('gates may replace xProjection', () => {
    const [steps, batch, hidden] = [4, 3, 7]
    const inputs = { ...randomInputs(3, steps, batch, hidden), isReal: paddingMask(steps, batch) }
    const setup = { steps, batch, hidden, resetAfter, ...inputs }
    const apart = runGru(setup)
    const inPlace = runGru({ ...setup, inPlace: true })
    for (const kind of ['wasm', 'scalar'] as const) expect(inPlace[kind]).toEqual(apart[kind])
  })

  test('reverse is the recurrence over the steps in the opposite order', () => {
    const [steps, batch, hidden] = [4, 2, 5]
    const inputs = { ...randomInputs(3, steps, batch, hidden), steps, batch, hidden, resetAfter }
    const backwards = runGru({ ...inputs, reverse: 1 }).wasm
    const flipped = {
      xProjection: flipSteps(inputs.xProjection, steps),
      dStates: flipSteps(inputs.dStates, steps),
    }
    const forwards = runGru({ ...inputs, ...flipped }).wasm
    expect(flipSteps(forwards.states, steps)).toEqual(backwards.states)
    expect(flipSteps(forwards.dHProjection, steps)).toEqual(backwards.dHProjection)
  })

  test('gradients are finite differences, with padding', () => {
    const [steps, batch, hidden] = [4, 3, 4]
    const inputs = randomInputs(3, steps, batch, hidden)
    const setup = { steps, batch, hidden, resetAfter, isReal: paddingMask(steps, batch), ...inputs }
    const loss = (changed: Partial<Setup>): number =>
      runGru({ ...setup, ...changed }).scalar.states.reduce((sum, x, i) => sum + x * inputs.dStates[i]!, 0)
    const { wasm } = runGru(setup)
    const places = [0, 5, 17, 40, 99, 110]
    const dX = finiteDifferences((x) => loss({ xProjection: x }), inputs.xProjection, places)
    expectClose(
      places.map((i) => wasm.dXProjection[i]!),
      dX,
      { absolute: 2e-3 },
    )
    const dH = finiteDifferences((x) => loss({ h0: x }), inputs.h0, [0, 5, 11])
    expectClose(
      [0, 5, 11].map((i) => wasm.dH0[i]!),
      dH,
      { absolute: 2e-3 },
    )
    const dBias = finiteDifferences((x) => loss({ biasHh: x }), inputs.biasHh, [0, 5, 11])
    const sums = columnSums(wasm.dHProjection, 3 * hidden)
    expectClose(
      [0, 5, 11].map((i) => sums[i]!),
      dBias,
      { absolute: 4e-3 },
    )
  })
})
