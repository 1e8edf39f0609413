export { type BleuOptions, type BleuScore, bleu, tokenize13a } from './bleu.ts'
export { type ChrfOptions, chrf } from './chrf.ts'
export { editDistance } from './edit-distance.ts'
export { type RougeScore, rouge } from './rouge.ts'
export {
  exactMatch,
  type TokenErrorRate,
  type TokenSequence,
  tokenAccuracy,
  tokenErrorRate,
} from './token-metrics.ts'
