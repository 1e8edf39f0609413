import { ConfigError } from '@dragoman/core'

/** Reads one value of a configuration file, or says what would be allowed at its path. */
export type Reader<T> = (value: unknown, path: string) => T

function refuse(path: string, value: unknown, allowed: readonly string[]): never {
  throw new ConfigError({ path, problem: `${JSON.stringify(value)} is not allowed here`, allowed })
}

/** Any number; the library checks its range where it is used. */
export const number: Reader<number> = (value, path) =>
  typeof value === 'number' ? value : refuse(path, value, ['a number'])

export const flag: Reader<boolean> = (value, path) =>
  typeof value === 'boolean' ? value : refuse(path, value, ['true', 'false'])

/** One of these words. */
export function oneOf<const T extends string>(...words: readonly T[]): Reader<T> {
  return (value, path) => words.find((word) => word === value) ?? refuse(path, value, words)
}

/** A list, each entry read by itself. */
export function listOf<T>(read: Reader<T>): Reader<T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) return refuse(path, value, ['a list'])
    return value.map((entry, i) => read(entry, `${path}.${i}`))
  }
}

/** A list of two. */
export function pairOf<A, B>(first: Reader<A>, second: Reader<B>): Reader<[A, B]> {
  return (value, path) => {
    if (!Array.isArray(value) || value.length !== 2) return refuse(path, value, ['a list of two'])
    return [first(value[0], `${path}.0`), second(value[1], `${path}.1`)]
  }
}

/** An object whose fields may be left out, and no others. */
export function fields<T extends object>(
  readers: {
    readonly [K in keyof T]-?: Reader<Exclude<T[K], undefined>>
  },
): Reader<T> {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return refuse(path, value, ['an object'])
    }
    const result: Partial<Record<keyof T, unknown>> = {}
    for (const [name, field] of Object.entries(value)) {
      const at = path === '' ? name : `${path}.${name}`
      if (!Object.hasOwn(readers, name)) {
        throw new ConfigError({ path: at, problem: 'there is no such field', allowed: Object.keys(readers) })
      }
      const key = name as keyof T
      result[key] = readers[key](field, at)
    }
    return result as T
  }
}

/** The same, with fields that must be there. */
export function withRequired<T extends object>(read: Reader<T>, ...names: (keyof T & string)[]): Reader<T> {
  return (value, path) => {
    const result = read(value, path)
    for (const name of names) {
      if (!Object.hasOwn(result, name)) {
        throw new ConfigError({
          path: path === '' ? name : `${path}.${name}`,
          problem: 'this field is missing',
        })
      }
    }
    return result
  }
}

/** An object whose `type` says which fields it has. */
export function byType<T extends { readonly type: string }>(
  readers: {
    readonly [K in T['type']]: Reader<Extract<T, { readonly type: K }>>
  },
): Reader<T> {
  return (value, path) => {
    const type = (value as { type?: unknown } | null)?.type
    const names = Object.keys(readers) as T['type'][]
    const name = names.find((each) => each === type)
    return name === undefined ? refuse(`${path}.type`, type ?? null, names) : readers[name](value, path)
  }
}
