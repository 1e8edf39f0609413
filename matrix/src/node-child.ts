// One column in a process of its own: an engine that crashes takes only its own process along.
import { columnNamed, type NodeColumnName } from './columns.ts'
import { nodeEngines } from './engines/node.ts'
import { type Message, type Part, runPart } from './part.ts'

function send(message: Message): void {
  process.send?.(message)
}

// Without the process that asked, nobody listens.
process.once('disconnect', () => process.exit())

process.once('message', async (part: Part) => {
  const { name, gaps, limits } = columnNamed(part.column)
  await runPart(part, { create: nodeEngines[name as NodeColumnName], gaps, limits, send })
  process.disconnect()
})
