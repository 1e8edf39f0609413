import { ConfigError } from '../errors.ts'
import { createSplitter, SPLITTER_TYPES, type SplitterType } from './splitter.ts'
import { createTokenizer, type Tokenizer, type TokenizerConfig } from './tokenizer.ts'
import { SPECIAL_TOKENS, Vocabulary } from './vocabulary.ts'

/** The tokenizers of both sides of a model. */
export interface TokenizerPair {
  readonly source: Tokenizer
  readonly target: Tokenizer
}

/** The content of `tokenizer.json`, version 1. */
export interface TokenizerFile {
  readonly version: 1
  readonly source: TokenizerConfig
  readonly target: TokenizerConfig
}

type Fields = Readonly<Record<string, unknown>>

function readObject(value: unknown, path: string, names: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigError({ path, problem: 'is not an object', allowed: names })
  }
  for (const name of Object.keys(value)) {
    if (!names.includes(name))
      throw new ConfigError({ path: join(path, name), problem: 'unknown field', allowed: names })
  }
  for (const name of names) {
    if (!Object.hasOwn(value, name)) throw new ConfigError({ path: join(path, name), problem: 'is missing' })
  }
  return value as Fields
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

function readChoice<T extends string | number | boolean>(
  value: unknown,
  path: string,
  allowed: readonly T[],
): T {
  const found = allowed.find((choice) => choice === value)
  if (found !== undefined) return found
  throw new ConfigError({
    path,
    problem: `is ${JSON.stringify(value) ?? String(value)}`,
    allowed: allowed.map((choice) => JSON.stringify(choice)),
  })
}

function readVocabulary(value: unknown, path: string): Vocabulary {
  if (!Array.isArray(value)) throw new ConfigError({ path, problem: 'is not an array of tokens' })
  SPECIAL_TOKENS.forEach((token, id) => {
    readChoice(value[id], `${path}[${id}]`, [token])
  })
  const seen = new Set<string>()
  const ordinary: string[] = []
  for (let id = SPECIAL_TOKENS.length; id < value.length; id++) {
    const token: unknown = value[id]
    if (typeof token !== 'string' || token === '') {
      throw new ConfigError({ path: `${path}[${id}]`, problem: 'is not a token: a string that is not empty' })
    }
    if (seen.has(token)) {
      throw new ConfigError({ path: `${path}[${id}]`, problem: `${JSON.stringify(token)} is there twice` })
    }
    seen.add(token)
    ordinary.push(token)
  }
  return new Vocabulary(ordinary)
}

function readTokenizer(value: unknown, path: string): Tokenizer {
  const fields = readObject(value, path, ['type', 'normalization', 'lowercase', 'vocabulary'])
  const type = readChoice<SplitterType>(fields.type, join(path, 'type'), SPLITTER_TYPES)
  const splitter = createSplitter(type, {
    normalization: readChoice(fields.normalization, join(path, 'normalization'), ['NFC', 'none']),
    lowercase: readChoice(fields.lowercase, join(path, 'lowercase'), [true, false]),
  })
  return createTokenizer(splitter, readVocabulary(fields.vocabulary, join(path, 'vocabulary')))
}

/** The plain object to write as `tokenizer.json`. */
export function tokenizersToJson({ source, target }: TokenizerPair): TokenizerFile {
  return { version: 1, source: source.toJSON(), target: target.toJSON() }
}

/**
 * The tokenizers of a parsed `tokenizer.json`: `{ version: 1, source: {…}, target: {…} }`.
 *
 * @throws ConfigError with the path (`source.vocabulary[17]`) and what would be allowed, for a field
 *   that is missing, unknown or of a wrong value, and for another version.
 */
export function tokenizersFromJson(json: unknown): TokenizerPair {
  const fields = readObject(json, '', ['version', 'source', 'target'])
  readChoice(fields.version, 'version', [1])
  return {
    source: readTokenizer(fields.source, 'source'),
    target: readTokenizer(fields.target, 'target'),
  }
}
