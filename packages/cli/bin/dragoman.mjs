#!/usr/bin/env node
// Committed, so that the command can be linked before the package is built.
import { existsSync } from 'node:fs'

const built = new URL('../dist/bin.js', import.meta.url)

if (existsSync(built)) {
  await import(built.href)
} else {
  console.error(
    'dragoman: the command is not built yet\n  hint: run `npm run build` in the root of the repository',
  )
  process.exitCode = 1
}
