// One entrant in a process of its own: node dist/serve.js SIDE ENGINE THREADS GROUP FOLDER. The first line it writes is
// {"facts"}; then it answers each line {"workload", "milliseconds", "leastRuns"} that it reads with {"times", "results"}.
import { createInterface } from 'node:readline'
import type { Group } from '../workloads/names.ts'
import { type Opening, openEntrant } from './open.ts'
import { type Player, playRound, type RoundRequest } from './round.ts'

function answer(message: unknown): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

const [side, engine, threads, group, folder] = process.argv.slice(2)
const player = await open({
  engine: engine!,
  threads: Number(threads),
  group: group as Group,
  folder: folder!,
})
answer({ facts: player.facts })
for await (const line of createInterface({ input: process.stdin })) {
  answer(await player.play(JSON.parse(line) as RoundRequest))
}
await player.close?.()
process.exit(0)

async function open(opening: Opening): Promise<Player> {
  if (side === 'chromium') return (await import('./chromium/open.ts')).openPage(opening)
  const { facts, tasks } = await openEntrant(side!, opening)
  return { facts, play: (request) => playRound(tasks[request.workload]!, request) }
}
