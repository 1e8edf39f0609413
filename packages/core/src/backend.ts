/** What a backend needs: the contract, the graph it compiles, and the helpers all backends share. */
export {
  bindInputs,
  bindSymbols,
  boundShape,
  checkConstants,
  checkHostArray,
  hostArray,
} from './backend/binding.ts'
export type { BoundAttributes, BoundType } from './backend/bound-plan.ts'
export type {
  Backend,
  CompileOptions,
  DeviceArray,
  HostArray,
  HostData,
  Program,
  ProgramInputs,
  RunOptions,
} from './backend/contract.ts'
export type { EagerOptions } from './backend/eager.ts'
export { eagerBackend } from './backend/eager.ts'
export type {
  EagerComposite,
  EagerComposites,
  EagerKernel,
  EagerKernels,
  EagerName,
  EagerValue,
} from './backend/eager-kernels.ts'
export {
  AbortError,
  BackendError,
  DragomanError,
  GraphError,
  OptionError,
  ShapeError,
  UnsupportedOpError,
} from './errors.ts'
export { attributesOf } from './graph/attributes.ts'
export { check } from './graph/check.ts'
export type { Bindings, Dim, Shape } from './graph/dims.ts'
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
} from './graph/dims.ts'
export type { Graph, Kind, Node, NodeOf, Port, ValueId, ValueType } from './graph/graph.ts'
export { compositeNames, isComposite, primitiveNames } from './graph/op-rules.ts'
export type {
  Attributes,
  CompositeName,
  ElementwiseName,
  OpName,
  PrimitiveName,
  PrimitiveTable,
} from './graph/ops.ts'
export { print } from './graph/print.ts'
