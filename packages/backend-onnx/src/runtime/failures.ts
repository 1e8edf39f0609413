import { BackendError, type DragomanError, UnsupportedOpError } from '@dragoman/core/backend'

/** Where something failed. */
export interface FailurePlace {
  readonly backend: string
  /** Name of the graph. */
  readonly graph: string
}

/** ONNX Runtime says this of ops that no provider has. */
const missingKernel = /Could not find an implementation for (\w+)\(\d+\) node with name '([^']*)'/

/** And this of an op that failed. */
const failedNode = /running (\w+) node\. Name:'([^']*)' Status Message: ([\s\S]*)/

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The error for a model that ONNX Runtime refuses. */
export function sessionFailure({ backend, graph }: FailurePlace, error: unknown): DragomanError {
  const message = messageOf(error)
  const missing = missingKernel.exec(message)
  if (missing) {
    return new UnsupportedOpError({
      backend,
      op: missing[1]!,
      problem: 'ONNX Runtime has no kernel for it here',
      scope: missing[2] || undefined,
    })
  }
  return new BackendError({
    backend,
    problem: `ONNX Runtime does not open '${graph}'`,
    seen: [message],
    cause: error,
  })
}

/** The error for a run that ONNX Runtime broke off. */
export function runFailure({ backend, graph }: FailurePlace, error: unknown): BackendError {
  const message = messageOf(error)
  const [, op, name, reason = message] = failedNode.exec(message) ?? []
  return new BackendError({
    backend,
    problem: `'${graph}' failed${op ? ` at ${op}` : ''}`,
    seen: [...(name ? [`in ${name}`] : []), reason.trim()],
    hint: /indices element out of data bounds|out of range|invalid index|out of bounds/i.test(message)
      ? 'check the ids that the inputs hold against the sizes of the tables'
      : undefined,
    cause: error,
  })
}
