import { DragomanError } from '@dragoman/core'
import type { CaseContext, ConformanceCase } from '../case.ts'
import { conformanceCase } from '../case.ts'

type ErrorClass = (abstract new (...parts: never[]) => DragomanError) & { readonly errorName: string }

/** What an error must be, and which facts its message must hold. */
export interface ExpectedError {
  /** One of these classes. */
  readonly classes: readonly ErrorClass[]
  readonly facts: readonly (string | RegExp)[]
}

/** Throws MismatchError unless an action throws what is expected, and leaves memory as it was. */
export async function expectError(
  context: CaseContext,
  what: string,
  { classes, facts }: ExpectedError,
  action: () => unknown,
): Promise<void> {
  const before = { ...context.backend.live() }
  const error = await thrownBy(action)
  const expected = classes.map(({ errorName }) => errorName).join(' or ')
  const isExpected = classes.some((type) => DragomanError.isInstance.call(type, error))
  context.expectSame(`${what} throws`, isExpected ? expected : describe(error), expected)
  const message = String((error as Error).message)
  for (const fact of facts) {
    const isThere = typeof fact === 'string' ? message.includes(fact) : fact.test(message)
    context.expectSame(`the message of ${what} says`, isThere ? String(fact) : message, String(fact))
  }
  const after = context.backend.live()
  context.expectSame(`arrays after ${what}`, after.arrays - before.arrays, 0)
  context.expectSame(`bytes after ${what}`, after.bytes - before.bytes, 0)
}

async function thrownBy(action: () => unknown): Promise<unknown> {
  try {
    await action()
  } catch (error) {
    return error
  }
  return undefined
}

function describe(error: unknown): string {
  return error === undefined ? 'nothing' : String(error)
}

/** A case of the level `errors`. */
export function errorCase(name: string, body: (context: CaseContext) => Promise<void>): ConformanceCase {
  return conformanceCase('errors', name, body)
}
