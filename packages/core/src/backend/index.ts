export { hostArray } from './binding.ts'
export type {
  Backend,
  DeviceArray,
  HostArray,
  HostData,
  Program,
  ProgramInputs,
  RunOptions,
} from './contract.ts'
export { reference } from './reference/reference.ts'
export type { SessionProgram, SessionRunOptions } from './session.ts'
export { Session } from './session.ts'
