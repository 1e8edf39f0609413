export { gelu, geluTanh, silu } from './activations.ts'
export type { AdamInputs } from './composites/adam.ts'
export { adamUpdate } from './composites/adam.ts'
export type { AttentionInputs } from './composites/attention.ts'
// `attention` alone is the layer of nn.
export { attention as scaledDotProductAttention } from './composites/attention.ts'
export { crossEntropy } from './composites/cross-entropy.ts'
export type { RandomSite } from './composites/dropout.ts'
export { dropout, dropoutMask } from './composites/dropout.ts'
export type { GruCellWeights, GruInputs } from './composites/gru.ts'
export { gru, gruCell } from './composites/gru.ts'
export { layerNorm } from './composites/layer-norm.ts'
export type { LstmInputs } from './composites/lstm.ts'
export { lstm, lstmCell } from './composites/lstm.ts'
export { previousStates, whereReal } from './composites/recurrent.ts'
export { rmsNorm } from './composites/rms-norm.ts'
export { logSoftmax, softmax } from './composites/softmax.ts'
export type { Bindings, Dim, Shape } from './dims.ts'
export {
  addDims,
  evaluateDim,
  evaluateShape,
  formatShape,
  isSymbol,
  mulDims,
  sameShape,
  sizeOf,
  subDims,
  symbolsOf,
} from './dims.ts'
export * from './elementwise.ts'
export type { Graph, Kind, Node, NodeOf, Port, ValueId, ValueType } from './graph.ts'
export * from './indexing.ts'
export type { Lowered, MaskInput } from './lower.ts'
export { lower } from './lower.ts'
export type { MatmulOptions } from './matmul.ts'
export { matmul } from './matmul.ts'
export * from './movement.ts'
export { compositeNames, isComposite, primitiveNames } from './op-rules.ts'
export type { Attributes, CompositeName, OpName, PrimitiveName, PrimitiveTable } from './ops.ts'
export type { ReduceOptions } from './reduce.ts'
export { argMax, norm, reduceMax, reduceMean, reduceMin, reduceSum } from './reduce.ts'
export type { ScanLoop, ScanStep, Tensors } from './scan.ts'
export { scan } from './scan.ts'
export { simplify } from './simplify.ts'
export type { Initializer, Operand, Parameter } from './tensor.ts'
export { Tensor } from './tensor.ts'
export { Trace, trace } from './trace.ts'
