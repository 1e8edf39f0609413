export { checkPath, type FileStore, memoryStore } from './file-store.ts'
export {
  readSafetensors,
  type Safetensors,
  type StoredTensor,
  writeSafetensors,
} from './safetensors.ts'
