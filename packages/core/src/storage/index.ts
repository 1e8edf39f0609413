export { checkPath, type FileStore, memoryStore, type OpenFile } from './file-store.ts'
export {
  readSafetensors,
  type Safetensors,
  type StoredTensor,
  writeSafetensors,
} from './safetensors.ts'
