import type { BackendName } from '../engine/backend-names.ts'
import { modelCode } from './model-code.ts'

/** The program that computes what "look inside" draws. */
export function lookCode(
  model: string,
  backend: BackendName,
  source: string,
  truth: string | undefined,
  beams: number,
): string {
  const search = beams > 1 ? `beams: ${beams}, ` : ''
  const target = truth === undefined ? 'result.text' : JSON.stringify(truth)
  return `${modelCode(model, backend, ['generate', 'inspect'])}
const source = ${JSON.stringify(source)}
const [result] = await generate(model, source, {
  ${search}onStep: ({ step, kept }) => console.log(step, kept.map(({ tokens }) => tokens.join(' '))),
})
const { values } = await inspect(model, { source, target: ${target} })
for (const [name, { shape }] of values) console.log(name, shape)
`
}
