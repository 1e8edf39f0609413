export { philox } from './philox.ts'
export { type RandomAddress, RandomStream } from './random-stream.ts'
export { siteOf } from './site.ts'
