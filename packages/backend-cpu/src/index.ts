export type { CpuOptions } from './cpu.ts'
export { cpu } from './cpu.ts'
