export { hostArray } from './binding.ts'
export type {
  Backend,
  CompileOptions,
  DeviceArray,
  HostArray,
  HostData,
  Program,
  ProgramInputs,
  RunOptions,
} from './contract.ts'
export { reference } from './reference/reference.ts'
export type { SessionCompileOptions, SessionProgram, SessionRunOptions } from './session.ts'
export { Session } from './session.ts'
