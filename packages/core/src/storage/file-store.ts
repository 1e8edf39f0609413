import { StorageError } from '../errors.ts'

/** A file that is read in parts: all of one version, whoever replaces the file meanwhile. Methods reject with `StorageError`. */
export interface OpenFile {
  /** Bytes. */
  readonly size: number
  /** Fills `target` with the bytes from `begin` on, which must be there. */
  read(begin: number, target: Uint8Array): Promise<void>
  close(): Promise<void>
}

/**
 * Where model folders live: a disk, a browser's storage, memory. Paths are relative, with `/`, such
 * as `trainer/state.json`; `checkPath` says which are legal.
 *
 * Every method rejects with `StorageError` for an illegal path or a failure of the medium.
 */
export interface FileStore {
  /** The bytes of a file, as a copy of the caller's own; undefined where there is none. */
  read(path: string): Promise<Uint8Array | undefined>
  /**
   * Makes or replaces a file, folders on the way included. Atomic: whoever reads, also after a
   * crash at any moment, sees the old bytes or the new ones, never a mixture.
   */
  write(path: string, bytes: Uint8Array): Promise<void>
  /**
   * Opens a file to be read in parts, so that a large one is never in memory as a whole; undefined where there is none.
   * A store may leave this out: files are then read whole.
   */
  open?(path: string): Promise<OpenFile | undefined>
  /** Removes a file; nothing happens where there is none. */
  remove(path: string): Promise<void>
  /** The paths of all files that start with `prefix` (default: all), in code-unit order. */
  list(prefix?: string): Promise<string[]>
}

/**
 * Checks a path of a `FileStore`: parts of at least one character between single `/`, none of them
 * `.` or `..`, no backslash and no NUL.
 *
 * @returns the path itself.
 * @throws StorageError when it is not so, which keeps every path inside its folder.
 */
export function checkPath(path: string): string {
  const isLegal = path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  if (isLegal && !path.includes('\\') && !path.includes('\0')) return path
  throw new StorageError({
    path,
    problem: 'not a legal path',
    hint: 'take a relative path such as trainer/state.json, without . or ..',
  })
}

/**
 * A `FileStore` in memory, for tests and for models that are never saved.
 *
 * @param files what is there at the start, by path.
 */
export function memoryStore(files: Readonly<Record<string, Uint8Array>> = {}): FileStore {
  const contents = new Map<string, Uint8Array>()
  for (const [path, bytes] of Object.entries(files)) contents.set(checkPath(path), bytes.slice())
  return {
    async read(path) {
      return contents.get(checkPath(path))?.slice()
    },
    async write(path, bytes) {
      contents.set(checkPath(path), bytes.slice())
    },
    async open(path) {
      const bytes = contents.get(checkPath(path))
      return bytes && openBytes(path, bytes)
    },
    async remove(path) {
      contents.delete(checkPath(path))
    },
    async list(prefix = '') {
      return [...contents.keys()].filter((path) => path.startsWith(prefix)).sort()
    },
  }
}

/** Bytes that stay as they are, as a file that is read in parts. */
function openBytes(path: string, bytes: Uint8Array): OpenFile {
  return {
    size: bytes.length,
    async read(begin, target) {
      const part = bytes.subarray(begin, begin + target.length)
      if (part.length < target.length) {
        throw new StorageError({ path, problem: `it ends before byte ${begin + target.length}` })
      }
      target.set(part)
    },
    async close() {},
  }
}
