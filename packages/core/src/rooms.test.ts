import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const source = dirname(fileURLToPath(import.meta.url))

/** Which rooms a room may look into, besides itself and `errors.ts`; the arrows of ARCHITECTURE.md. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  random: [],
  text: [],
  storage: [],
  metrics: [],
  data: ['text', 'random'],
  graph: [],
  autodiff: ['graph'],
  backend: ['graph', 'random'],
  nn: ['graph', 'random'],
  models: ['nn', 'graph', 'backend', 'storage', 'text', 'random'],
  train: ['models', 'nn', 'graph', 'autodiff', 'backend', 'data', 'storage', 'random'],
  decode: ['models', 'graph', 'backend', 'data', 'text', 'storage', 'random'],
}

function filesOf(room: string): string[] {
  const entries = readdirSync(join(source, room), { recursive: true, encoding: 'utf8' })
  return entries
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => join(room, name))
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(source, file), 'utf8')
  const specifiers = [...text.matchAll(/^(?:import|export)[^'"]*?from '([^']+)'/gms)].map(
    (match) => match[1]!,
  )
  return specifiers.map((specifier) =>
    specifier.startsWith('.') ? relative(source, join(source, dirname(file), specifier)) : specifier,
  )
}

describe('rooms', () => {
  test('every folder is a room of the list', () => {
    const folders = readdirSync(source, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    const rooms = folders.map((entry) => entry.name).filter((name) => name !== 'testing')
    expect(rooms.sort()).toEqual(Object.keys(arrows).sort())
  })

  test.each(Object.keys(arrows))('%s looks only where it may', (room) => {
    const allowed = new Set([room, 'errors.ts', ...arrows[room]!])
    const wrong = filesOf(room).flatMap((file) =>
      importsOf(file)
        .filter((path) => !allowed.has(path.split(sep)[0]!))
        .map((path) => `${file} imports ${path}`),
    )
    expect(wrong).toEqual([])
  })
})
