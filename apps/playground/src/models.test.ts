import { expect, it } from 'vitest'
import { modelOf, nameOfPlan, shipped } from './models.ts'

it('takes the model that the address names, or the first', () => {
  expect(modelOf({ model: 'numbers' }).source).toEqual({ from: 'shipped', name: 'numbers' })
  expect(modelOf({})).toBe(shipped[0])
  expect(modelOf({ model: '../secret' })).toBe(shipped[0])
  // One of another browser is asked for all the same, and opening it says that it is not here.
  expect(modelOf({ model: 'runs/2026-11-22' }).source).toEqual({ from: 'kept', key: 'runs/2026-11-22' })
})

it('knows what is right where there is a rule', () => {
  const { truth } = modelOf({ model: 'numbers' })
  expect([truth!('4207'), truth!('007'), truth!('x')]).toEqual([
    'four thousand two hundred and seven',
    undefined,
    undefined,
  ])
  expect(modelOf({ model: 'context' }).truth!('123')).toBe('321')
  expect(modelOf({ model: 'phrases' }).truth).toBeUndefined()
})

it('names a run by what it learns, and how', () => {
  const plan = {
    task: 'sort',
    architecture: 'context',
    backend: 'cpu',
    steps: 1,
    learningRate: 1,
    seed: 1,
  } as const
  expect(nameOfPlan(plan)).toBe('Sort letters · One context vector (Cho 2014) · cpu')
})
