import type { BackendName } from '../engine/backend-names.ts'
import type { DecodeOptions } from '../engine/protocol.ts'
import { modelCode } from './model-code.ts'

/** The program that writes the same target. */
export function decodeCode(
  model: string,
  backend: BackendName,
  source: string,
  options: DecodeOptions,
): string {
  const given = Object.entries(options).map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
  const passed = given.length > 0 ? `, { ${given.join(', ')} }` : ''
  return `${modelCode(model, backend, ['generate'])}
const [result] = await generate(model, ${JSON.stringify(source)}${passed})
for (const { text, score } of result.hypotheses) console.log(score.toFixed(4), text)
`
}
