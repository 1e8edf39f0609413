import { describe, expect, test } from 'vitest'
import { lstmScratchBytes } from '../plan/scratch.ts'
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
  /** Gates take the memory of xProjection, and dXProjection that of the gates. */
  inPlace?: boolean
  steps: number
  batch: number
  hidden: number
  xProjection: ArrayLike<number>
  weightHh: ArrayLike<number>
  h0: ArrayLike<number>
  c0: ArrayLike<number>
  dStates?: ArrayLike<number>
  dCells?: ArrayLike<number>
  isReal?: ArrayLike<number>
  reverse?: number
}

/** Forward and backward in one plan, on both walkers. */
function runLstm(setup: Setup) {
  const { steps, batch, hidden, reverse = 0 } = setup
  const run = new PlanCase()
  const size = batch * hidden
  const xProjection = run.floats(setup.xProjection)
  const gates = setup.inPlace ? xProjection : run.room(4 * steps * size)
  const at = {
    states: run.room(steps * size),
    cells: run.room(steps * size),
    gates,
    dXProjection: setup.inPlace ? gates : run.room(4 * steps * size),
    dH0: run.room(size),
    dC0: run.room(size),
  }
  const shared = {
    weightHh: run.floats(setup.weightHh),
    c0: run.floats(setup.c0),
    isReal: setup.isReal ? run.ints(setup.isReal) : 0,
    cells: at.cells,
    gates: at.gates,
    scratch: run.scratch(lstmScratchBytes(batch, hidden)),
    steps,
    batch,
    hidden,
    reverse,
  }
  run.plan.lstmForward({
    ...shared,
    states: at.states,
    xProjection,
    h0: run.floats(setup.h0),
  })
  run.plan.lstmBackward({
    ...shared,
    dXProjection: at.dXProjection,
    dH0: at.dH0,
    dC0: at.dC0,
    dStates: setup.dStates ? run.floats(setup.dStates) : 0,
    dCells: setup.dCells ? run.floats(setup.dCells) : 0,
  })
  const outcome = run.run()
  const read = (walker: Outcome) => ({
    states: walker.floats(at.states, steps * size),
    cells: walker.floats(at.cells, steps * size),
    gates: walker.floats(at.gates, 4 * steps * size),
    dXProjection: walker.floats(at.dXProjection, 4 * steps * size),
    dH0: walker.floats(at.dH0, size),
    dC0: walker.floats(at.dC0, size),
  })
  return { wasm: read(outcome.wasm), scalar: read(outcome.scalar) }
}

const tolerance = { absolute: 1e-5, relative: 1e-5 }

describe('against PyTorch', () => {
  const torch = torchFixtures.lstm
  const { steps, batch, hidden } = torch
  const size = batch * hidden
  const dCells = new Float32Array(steps * size)
  dCells.set(torch.dCell, (steps - 1) * size)
  const results = runLstm({ ...torch, dCells })

  test.each(['wasm', 'scalar'] as const)('%s', (kind) => {
    const result = results[kind]
    expectClose(result.states, torch.states, tolerance)
    expectClose(result.cells.subarray((steps - 1) * size), torch.cell, tolerance)
    expectClose(result.dH0, torch.dH0, tolerance)
    expectClose(result.dC0, torch.dC0, tolerance)
    const before = Float32Array.from([...torch.h0, ...torch.states.slice(0, (steps - 1) * size)])
    expectClose(weightGradient(result.dXProjection, before, 4 * hidden, hidden), torch.dWeightHh, tolerance)
    expectClose(columnSums(result.dXProjection, 4 * hidden), torch.dBiasHh, tolerance)
  })
})

describe('both walkers agree', () => {
  const sizes = [
    { steps: 1, batch: 1, hidden: 1 },
    { steps: 3, batch: 2, hidden: 3 },
    { steps: 5, batch: 4, hidden: 8 },
    { steps: 4, batch: 7, hidden: 33 },
    { steps: 2, batch: 130, hidden: 5 },
    { steps: 2, batch: 3, hidden: 100 },
  ]
  const cases = sizes.flatMap((size) =>
    [0, 1].flatMap((reverse) => [false, true].map((mask) => ({ ...size, reverse, mask }))),
  )
  test.each(cases)('steps $steps, batch $batch, hidden $hidden, reverse $reverse, mask $mask', (setup) => {
    const { steps, batch, hidden, reverse, mask } = setup
    const inputs = randomInputs(4, steps, batch, hidden)
    const isReal = mask ? { isReal: paddingMask(steps, batch) } : {}
    const { wasm, scalar } = runLstm({ steps, batch, hidden, reverse, ...inputs, ...isReal })
    for (const key of Object.keys(wasm) as (keyof typeof wasm)[]) {
      expectClose(wasm[key], scalar[key], { absolute: 2e-5, relative: 2e-5 })
    }
  })

  test('no steps give no gradient', () => {
    const { wasm } = runLstm({ steps: 0, batch: 2, hidden: 3, ...randomInputs(4, 0, 2, 3) })
    expect([...wasm.dH0, ...wasm.dC0]).toEqual(new Array(12).fill(0))
  })
})

test('gates may replace xProjection, and dXProjection the gates', () => {
  const [steps, batch, hidden] = [4, 3, 7]
  const setup = {
    steps,
    batch,
    hidden,
    isReal: paddingMask(steps, batch),
    ...randomInputs(4, steps, batch, hidden),
  }
  const apart = runLstm(setup)
  const inPlace = runLstm({ ...setup, inPlace: true })
  for (const kind of ['wasm', 'scalar'] as const) {
    for (const key of ['states', 'dXProjection', 'dH0', 'dC0'] as const) {
      expect(inPlace[kind][key]).toEqual(apart[kind][key])
    }
  }
})

test('reverse is the recurrence over the steps in the opposite order', () => {
  const [steps, batch, hidden] = [4, 2, 5]
  const inputs = randomInputs(4, steps, batch, hidden)
  const backwards = runLstm({ steps, batch, hidden, reverse: 1, ...inputs }).wasm
  const flipped = {
    ...inputs,
    xProjection: flipSteps(inputs.xProjection, steps),
    dStates: flipSteps(inputs.dStates, steps),
    dCells: flipSteps(inputs.dCells, steps),
  }
  const forwards = runLstm({ steps, batch, hidden, ...flipped }).wasm
  expect(flipSteps(forwards.states, steps)).toEqual(backwards.states)
  expect(flipSteps(forwards.dXProjection, steps)).toEqual(backwards.dXProjection)
  expect(forwards.dC0).toEqual(backwards.dC0)
})

test('padding changes nothing: states stay, gradients there are zero', () => {
  const [steps, hidden] = [5, 6]
  const inputs = randomInputs(4, steps, 1, hidden)
  const short = { ...inputs, xProjection: inputs.xProjection.slice(0, 3 * 4 * hidden) }
  const none = { dStates: inputs.dStates.slice(0, 3 * hidden), dCells: inputs.dCells.slice(0, 3 * hidden) }
  const alone = runLstm({ ...short, ...none, steps: 3, batch: 1, hidden }).wasm
  const dStates = new Float32Array(steps * hidden)
  const dCells = new Float32Array(steps * hidden)
  dStates.set(none.dStates)
  dCells.set(none.dCells)
  const isReal = [1, 1, 1, 0, 0]
  const padded = runLstm({ ...inputs, dStates, dCells, isReal, steps, batch: 1, hidden }).wasm
  expect(padded.states.slice(0, 3 * hidden)).toEqual(alone.states)
  expect(padded.states.slice(4 * hidden)).toEqual(alone.states.slice(2 * hidden))
  expect(padded.dXProjection.slice(0, 12 * hidden)).toEqual(alone.dXProjection)
  expect([...padded.dXProjection.slice(12 * hidden)]).toEqual(new Array(8 * hidden).fill(0))
  expect(padded.dH0).toEqual(alone.dH0)
})

test('gradients are finite differences, with padding and reversed', () => {
  const [steps, batch, hidden] = [4, 3, 4]
  const inputs = randomInputs(4, steps, batch, hidden)
  const setup = { steps, batch, hidden, reverse: 1, isReal: paddingMask(steps, batch), ...inputs }
  const loss = (changed: Partial<Setup>): number => {
    const { states, cells } = runLstm({ ...setup, ...changed }).scalar
    const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0)
    return dot(states, inputs.dStates) + dot(cells, inputs.dCells)
  }
  const { wasm } = runLstm(setup)
  const places = [0, 5, 17, 40, 99, 150]
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
  const dC = finiteDifferences((x) => loss({ c0: x }), inputs.c0, [0, 5, 11])
  expectClose(
    [0, 5, 11].map((i) => wasm.dC0[i]!),
    dC,
    { absolute: 2e-3 },
  )
})
