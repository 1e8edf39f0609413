import { ConfigError } from '../errors.ts'

/** Reads one value of a configuration, or says what would be allowed at its path. */
export type Reader<T> = (value: unknown, path: string) => T

/** A whole number from `least` up. */
export function wholeNumber(least: number): Reader<number> {
  return (value, path) => {
    if (Number.isSafeInteger(value) && (value as number) >= least) return value as number
    throw wrong(path, value, [`a whole number of ${least} or more`])
  }
}

/** A number from `low` to below `high`. */
export function numberFrom(low: number, high: number): Reader<number> {
  return (value, path) => {
    if (typeof value === 'number' && value >= low && value < high) return value
    throw wrong(path, value, [`a number from ${low} to below ${high}`])
  }
}

/** true or false. */
export const flag: Reader<boolean> = (value, path) => {
  if (typeof value === 'boolean') return value
  throw wrong(path, value, ['true', 'false'])
}

/** One of these words. */
export function oneOf<const T extends string>(...words: readonly T[]): Reader<T> {
  return (value, path) => {
    if (words.includes(value as T)) return value as T
    throw wrong(path, value, words)
  }
}

/** A list without repeats. */
export function listOf<T>(item: Reader<T>): Reader<readonly T[]> {
  return (value, path) => {
    const items = sequenceOf(item)(value, path)
    if (new Set(items).size < items.length) throw new ConfigError({ path, problem: 'an entry repeats' })
    return items
  }
}

/** A list of one or more; entries may repeat. */
export function sequenceOf<T>(item: Reader<T>): Reader<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value) || value.length === 0) throw wrong(path, value, ['a list of one or more'])
    return value.map((each, i) => item(each, `${path}[${i}]`))
  }
}

/** Readers of the fields of an object; a field with a default may be left out. */
export type Fields<T> = { readonly [K in keyof T]-?: Reader<T[K]> | Defaulted<T[K]> }

/** A field and the value that it has when it is left out; the function sees the fields before it. */
export interface Defaulted<T> {
  readonly read: Reader<T>
  readonly fallback: T | ((before: Readonly<Record<string, unknown>>) => T)
}

/** A field that may be left out. */
export function withDefault<T>(read: Reader<T>, fallback: Defaulted<T>['fallback']): Defaulted<T> {
  return { read, fallback }
}

/** An object with these fields and no others; the result has every field, in this order. */
export function object<T>(fields: Fields<T>): Reader<T> {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw wrong(path, value, ['an object'])
    }
    const given = value as Readonly<Record<string, unknown>>
    const names = Object.keys(fields)
    for (const name of Object.keys(given)) {
      if (!names.includes(name)) {
        throw new ConfigError({ path: join(path, name), problem: 'there is no such field', allowed: names })
      }
    }
    const result: Record<string, unknown> = {}
    for (const [name, field] of Object.entries(fields) as [string, Reader<unknown> | Defaulted<unknown>][]) {
      const at = join(path, name)
      if (typeof field === 'function') {
        if (given[name] === undefined) throw new ConfigError({ path: at, problem: 'this field is missing' })
        result[name] = field(given[name], at)
      } else if (given[name] === undefined) {
        const { fallback } = field
        const initial =
          typeof fallback === 'function' ? (fallback as (before: typeof result) => unknown)(result) : fallback
        if (initial !== undefined) result[name] = initial
      } else {
        result[name] = field.read(given[name], at)
      }
    }
    return result as T
  }
}

/** An object whose `type` says which reader reads the rest. */
export function byType<T>(readers: Readonly<Record<string, Reader<T>>>): Reader<T> {
  return (value, path) => {
    const type = (value as { type?: unknown } | null)?.type
    const read = typeof type === 'string' && Object.hasOwn(readers, type) ? readers[type] : undefined
    if (!read) throw wrong(join(path, 'type'), type, Object.keys(readers))
    return read(value, path)
  }
}

/** Throws ConfigError: a field, by itself or beside others, cannot be so. */
export function refuse(path: string, problem: string, hint: string): never {
  throw new ConfigError({ path, problem, hint })
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

function wrong(path: string, value: unknown, allowed: readonly string[]): ConfigError {
  const seen = value === undefined ? 'missing' : `${JSON.stringify(value)}`
  return new ConfigError({ path, problem: `${seen} is not allowed here`, allowed })
}
