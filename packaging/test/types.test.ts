import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { run } from '../src/command.ts'
import { addProgram } from '../src/project.ts'

const require = createRequire(import.meta.url)
// The one that most projects have, and the one that this repository is built with.
const compilers = { '5': 'typescript-5/package.json', '7': 'typescript/package.json' }
const resolutions = {
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
}
const cases = Object.keys(resolutions).flatMap((resolution) =>
  Object.keys(compilers).map((version) => [resolution, version] as const),
)

describe.each(cases as ['nodenext' | 'bundler', '5' | '7'][])('%s, TypeScript %s', (resolution, version) => {
  const tsc = join(dirname(require.resolve(compilers[version])), 'bin/tsc')

  async function compile(folder: string, program: string, { skipLibCheck = false } = {}): Promise<string> {
    addProgram(folder, program)
    const config = join(folder, `${program}.${resolution}.${version}.json`)
    const compilerOptions = {
      ...resolutions[resolution],
      target: 'ES2022',
      types: ['node'],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck,
      noEmit: true,
    }
    writeFileSync(config, JSON.stringify({ compilerOptions, files: [program] }))
    const { code, stdout } = await run(process.execPath, [tsc, '-p', config], { cwd: folder })
    return `${stdout}exit code ${code}`
  }

  test('strict, and every declaration is checked', async () => {
    expect(await compile(inject('plain'), 'types.ts')).toBe('exit code 0')
  })

  test('ONNX Runtime fits what the backend asks for', async () => {
    expect(await compile(inject('full'), 'onnxruntime.ts')).toBe('exit code 0')
  })

  // The declarations of TensorFlow.js 4.22 have errors of their own: `@types/long` is missing, and their
  // WebGPU types are not those of the DOM that TypeScript has now. Who uses it skips them.
  test('TensorFlow.js fits what the backend asks for', async () => {
    expect(await compile(inject('full'), 'tensorflow.ts', { skipLibCheck: true })).toBe('exit code 0')
  })
})
