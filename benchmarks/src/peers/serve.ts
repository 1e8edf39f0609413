// One entrant in a process of its own: node dist/serve.js SIDE ENGINE WORKLOAD [FOLDER]. The first line it writes is
// {"facts"}; then it answers each line {"milliseconds", "leastRuns", "clock"} that it reads with {"times", "results"}.
import { createInterface } from 'node:readline'
import { openEntrant } from './open.ts'
import { playRound, type RoundRequest } from './round.ts'

function answer(message: unknown): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

const [side, engine, workload, folder] = process.argv.slice(2)
const entrant = await openEntrant(side!, engine!, workload!, folder ?? '')
answer({ facts: entrant.facts })
for await (const line of createInterface({ input: process.stdin }))
  answer(await playRound(entrant, JSON.parse(line) as RoundRequest))
process.exit(0)
