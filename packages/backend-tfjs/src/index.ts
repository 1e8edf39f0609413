export type { TensorFlow, TfEngine, TfTensor } from './tensorflow.ts'
export type { TfjsOptions } from './tfjs.ts'
export { tfjs } from './tfjs.ts'
