import type { HostArray } from '../backend/contract.ts'
import type { SessionProgram } from '../backend/session.ts'

/** Runs a program and reads its scalar outputs; their memory is given back, also after an error. */
export async function numbers(
  program: SessionProgram,
  inputs: Record<string, HostArray>,
): Promise<Record<string, number>> {
  const outputs = await program.run(inputs)
  try {
    const read: Record<string, number> = {}
    for (const [name, array] of Object.entries(outputs)) read[name] = Number((await array.read())[0])
    return read
  } finally {
    for (const array of Object.values(outputs)) array.dispose()
  }
}
