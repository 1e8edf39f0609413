// Runs a tool of this folder, written in TypeScript: node tools/run.mjs screenshots
import { runnerImport } from 'vite'

const name = process.argv[2]
const { module } = await runnerImport(new URL(`./${name}.ts`, import.meta.url).pathname)
await module.main(process.argv.slice(3))
