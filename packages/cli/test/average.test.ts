import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { loadModel, reference } from '@dragoman/core'
import { describe, expect, test } from 'vitest'
import { diskStore } from '../src/index.ts'
import { dragoman, temporaryFiles, trainedFolder } from './support.ts'

async function weightsOf(folder: string): Promise<number[]> {
  const model = await loadModel(diskStore(folder), reference())
  return [...(await model.weights()).values()].flatMap(({ data }) => [...data])
}

describe('average', () => {
  test('makes a model with the mean of the weights', async () => {
    const folders = [await trainedFolder('--seed', '1'), await trainedFolder('--seed', '2')]
    const out = join(folders[0]!, '..', 'average')
    const { code, stdout, stderr } = await dragoman(['average', ...folders, '--out', out])
    expect([code, stderr, stdout]).toEqual([0, '', `${out}: the average of 2 models\n`])
    const [a, b, mean] = [await weightsOf(folders[0]!), await weightsOf(folders[1]!), await weightsOf(out)]
    for (const [i, value] of mean.entries()) expect(value).toBeCloseTo((a[i]! + b[i]!) / 2, 6)
    expect((await dragoman(['generate', out], { stdin: 'abc\n' })).code).toBe(0)
  })

  test('refuses one model, models that differ, a folder without one, and one that would be lost', async () => {
    const folder = await trainedFolder()
    const { path } = temporaryFiles({ 'pairs.tsv': 'a\tb\nb\ta\n' })
    const small = ['train', path('pairs.tsv'), '--out', path('other'), '--steps', '1', '--model', 'rnn']
    await dragoman(small)
    const average = (...args: string[]) => dragoman(['average', ...args])
    for (const [args, message] of [
      [[folder, '--out', path('new')], 'averaging takes two models or more'],
      [[folder, path('other'), '--out', path('new')], 'average models of one configuration'],
      [[folder, path('none'), '--out', path('new')], 'there is no model here'],
      [[folder, folder, '--out', path('other')], 'there is a model here\n  hint: choose another --out'],
    ] as const) {
      const { code, stdout, stderr } = await average(...args)
      expect(stderr).toContain(message)
      expect([code, stdout]).toEqual([1, ''])
    }
    expect(existsSync(path('new'))).toBe(false)
  })
})
