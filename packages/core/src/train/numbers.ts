import type { HostArray } from '../backend/contract.ts'
import type { SessionProgram } from '../backend/session.ts'

/** Runs a program and reads its scalar outputs. */
export async function numbers(
  program: SessionProgram,
  inputs: Record<string, HostArray>,
): Promise<Record<string, number>> {
  const read: Record<string, number> = {}
  for (const [name, array] of Object.entries(await program.run(inputs))) {
    read[name] = Number((await array.read())[0])
    array.dispose()
  }
  return read
}
