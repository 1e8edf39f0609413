// One column in a page. The host has bound `hostReceives` before, and calls `runInPage`.
import { columnNamed, type PageColumnName } from '../columns.ts'
import { pageEngines } from '../engines/page.ts'
import { type Message, type Part, runPart } from '../part.ts'

declare global {
  interface Window {
    hostReceives(message: Message): Promise<void>
    runInPage(part: Part): void
  }
}

function send(message: Message): void {
  void window.hostReceives(message)
}

window.runInPage = (part) => {
  const { name, gaps, limits } = columnNamed(part.column)
  void runPart(part, {
    create: async () => {
      const { backend, lost } = await pageEngines[name as PageColumnName]()
      void lost?.then((problem) => send({ type: 'stopped', problem }))
      return backend
    },
    gaps,
    limits,
    send,
  })
}
