import { DragomanError, StorageError } from '@dragoman/core'

interface Problem {
  readonly problem: string
  readonly hint?: string
}

const problems: Readonly<Record<string, Problem>> = {
  EACCES: { problem: 'permission denied', hint: 'is it yours to read and write?' },
  EDQUOT: { problem: 'the disk quota is used up', hint: 'free some space and run the command again' },
  EEXIST: { problem: 'a file is in the way of a folder' },
  EISDIR: { problem: 'this is a folder, not a file' },
  EMFILE: { problem: 'too many files are open' },
  ENAMETOOLONG: { problem: 'the name is too long' },
  ENOENT: { problem: 'there is no such file' },
  ENOSPC: { problem: 'the disk is full', hint: 'free some space and run the command again' },
  ENOTDIR: { problem: 'a part of the path is a file, not a folder' },
  EPERM: { problem: 'the system does not allow it' },
  EROFS: { problem: 'the disk can only be read' },
}

/** What an error of the file system means, in words. */
export function diskProblem(error: unknown): Problem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return problems[code] ?? { problem: error instanceof Error ? error.message : String(error) }
}

/** The code of an error of the file system, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

/** An error of the file system as a StorageError; others as they are. */
export function asStorageError(path: string, cause: unknown): unknown {
  if (DragomanError.isInstance(cause) || codeOf(cause) === undefined) return cause
  return new StorageError({ path, ...diskProblem(cause), cause })
}
