import { zipSync } from 'fflate'
import { expect, it } from 'vitest'
import { unzipModel, zipModel } from './zip.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const files = {
  'config.json': bytes('{}'),
  'model.safetensors': new Uint8Array(1000).fill(7),
  'tokenizer.json': bytes('[]'),
}

it('gives back what it packed', () => {
  expect(unzipModel(zipModel('run', files))).toEqual(files)
})

it('finds a model in a folder, and leaves other files alone', () => {
  const zip = zipSync({
    'deep/model/config.json': files['config.json'],
    'deep/model/model.safetensors': files['model.safetensors'],
    'deep/model/tokenizer.json': files['tokenizer.json'],
    'deep/model/trainer/state.json': bytes('x'),
  })
  expect(unzipModel(zip)).toEqual(files)
})

it.each([
  ['no zip', bytes('hello')],
  ['a zip without a model', zipSync({ 'a.txt': bytes('a') })],
  ['a model without weights', zipSync({ 'config.json': bytes('{}'), 'tokenizer.json': bytes('[]') })],
  ['a zip that was cut off', zipModel('run', files).slice(0, 500)],
])('knows %s', (_, zip) => {
  expect(unzipModel(zip)).toBeUndefined()
})
