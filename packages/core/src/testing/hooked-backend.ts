import type { Backend, ProgramInputs } from '../backend/contract.ts'

/** What a backend was asked for. */
export type BackendCall =
  | { readonly type: 'compile'; readonly graph: string }
  | { readonly type: 'upload' }
  | { readonly type: 'run'; readonly graph: string; readonly inputs: ProgramInputs }

/**
 * A backend that tells of each call before it does it; an error of `before` stops the call, and a promise of it
 * delays all but an upload.
 */
export function hookedBackend(
  backend: Backend,
  before: (call: BackendCall) => void | Promise<void>,
): Backend {
  return {
    specification: backend.specification,
    name: backend.name,
    composites: backend.composites,
    info: () => backend.info(),
    live: () => backend.live(),
    dispose: () => backend.dispose(),
    upload(array) {
      void before({ type: 'upload' })
      return backend.upload(array)
    },
    async compile(graph, options) {
      await before({ type: 'compile', graph: graph.name })
      const program = await backend.compile(graph, options)
      return {
        stats: program.stats,
        dispose: () => program.dispose(),
        async run(inputs, runOptions) {
          await before({ type: 'run', graph: graph.name, inputs })
          return program.run(inputs, runOptions)
        },
      }
    },
  }
}
