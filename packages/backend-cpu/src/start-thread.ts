/** What a thread says: it has joined; a run that it led is over; it cannot go on. */
export type ThreadMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'done'; readonly code: number }
  | { readonly type: 'lost'; readonly problem: string }

/** What a thread is given: the kernels, the memory that all share, and its place in the team. */
export interface ThreadTask {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  readonly words: number
  readonly number: number
  readonly count: number
}

/** One worker, in Node or in a page. */
export interface Thread {
  give(task: ThreadTask): void
  /** Whether the process stays alive for it; only Node knows the difference. */
  keepAlive(isWanted: boolean): void
  end(): void
}

export type StartThread = (
  onMessage: (message: ThreadMessage) => void,
  onEnd: (problem: string) => void,
) => Thread

type WorkerThreads = typeof import('node:worker_threads')

/** Node's worker threads, without an import that bundlers for browsers would stumble over. */
export function workerThreads(): WorkerThreads | undefined {
  return globalThis.process?.getBuiltinModule?.('node:worker_threads')
}

function startInNode({ Worker }: WorkerThreads): StartThread {
  return (onMessage, onEnd) => {
    // The base stands apart so that bundlers for browsers do not take this for theirs.
    const base = import.meta.url
    const worker = new Worker(new URL('./worker.js', base))
    worker.on('message', onMessage)
    worker.on('error', (error) => onEnd(error.message))
    worker.on('exit', (code) => onEnd(`it ended with code ${code}`))
    return {
      give: (task) => worker.postMessage(task),
      keepAlive: (isWanted) => (isWanted ? worker.ref() : worker.unref()),
      end: () => void worker.terminate(),
    }
  }
}

const startInPage: StartThread = (onMessage, onEnd) => {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })
  worker.onmessage = ({ data }) => onMessage(data as ThreadMessage)
  worker.onerror = (event) => {
    event.preventDefault()
    onEnd(event.message || 'its script could not be loaded')
  }
  return { give: (task) => worker.postMessage(task), keepAlive() {}, end: () => worker.terminate() }
}

/** How threads are started here; undefined where there are none. */
export function threadStarter(): StartThread | undefined {
  const node = workerThreads()
  if (node) return startInNode(node)
  return typeof Worker === 'function' ? startInPage : undefined
}
