import { createHash } from 'node:crypto'
import { BinaryReader } from '@bufbuild/protobuf/wire'

/** Field `graph` of ModelProto. */
const graphField = 7

/**
 * SHA-256 of the graph of an ONNX file: what is left when the producer's version is taken away.
 *
 * @param {Uint8Array} model
 */
export function graphHash(model) {
  const reader = new BinaryReader(model)
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag()
    if (field === graphField) return createHash('sha256').update(reader.bytes()).digest('hex')
    reader.skip(type)
  }
  throw new Error('the model has no graph')
}
