import { processEnvironment } from './environment.ts'
import { main } from './main.ts'

// Standard output is for results: what an engine has to say there goes to standard error.
for (const name of ['log', 'info', 'debug'] as const) console[name] = console.error

process.exitCode = await main(process.argv.slice(2), processEnvironment())
