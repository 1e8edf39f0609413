import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { Message } from '../part.ts'
import type { Host } from './host.ts'

/** A process of Node that runs the module at this URL. */
export function openChild(module: URL): Host {
  const child = fork(module, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], serialization: 'advanced' })
  let lastWords = ''
  child.stderr?.on('data', (text) => {
    lastWords = `${lastWords}${text}`.slice(-500)
  })
  return {
    run: (part, onMessage) =>
      new Promise<void>((resolve, reject) => {
        child.on('message', (message: Message) => {
          onMessage(message)
          if (message.type === 'end') resolve()
          if (message.type === 'stopped') reject(new Error(message.problem))
        })
        child.once('error', reject)
        child.once('exit', (code, signal) => {
          reject(new Error(`the process ended with ${signal ?? `code ${code}`}: ${lastWords.trim()}`))
        })
        child.send(part)
      }),
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}
