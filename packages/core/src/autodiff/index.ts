export { gradients } from './gradients.ts'
export { differentiableOps } from './rules.ts'
