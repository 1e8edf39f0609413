/** The file operations that a {@link diskStore} needs, as `node:fs/promises` has them. */
export type Disk = Pick<
  typeof import('node:fs/promises'),
  'mkdir' | 'open' | 'readdir' | 'readFile' | 'rename' | 'rm' | 'rmdir'
>
