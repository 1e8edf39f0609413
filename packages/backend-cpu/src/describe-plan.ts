import { BackendError, type Program } from '@dragoman/core/backend'
import { CpuProgram } from './runtime/cpu-program.ts'

/**
 * The plan of the last run of a program: a line for each instruction, with its sizes, the op that it stands for and
 * the place in the model; loops are indented.
 *
 * @throws BackendError for a program of another backend.
 */
export function describePlan(program: Program): string {
  if (program instanceof CpuProgram) return program.describe()
  throw new BackendError({ backend: 'cpu', problem: 'describePlan: a program of another backend' })
}
