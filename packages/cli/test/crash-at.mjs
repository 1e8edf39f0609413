// Preloaded into a `dragoman` process: kills it, as kill -9 does, at the n-th thing that it does to the disk.
//
//   CRASH_AT=n node --import ./crash-at.mjs …     without CRASH_AT it counts, and says "disk steps: n" at the end
import { writeSync } from 'node:fs'
import fs from 'node:fs/promises'

const crashAt = Number(process.env.CRASH_AT ?? Number.POSITIVE_INFINITY)
let count = 0

function isTime() {
  count++
  return count === crashAt
}

function die() {
  process.kill(process.pid, 'SIGKILL')
}

const { open } = fs

for (const name of ['mkdir', 'rename', 'rm', 'rmdir']) {
  const work = fs[name]
  fs[name] = async (...args) => {
    if (isTime()) die()
    return work(...args)
  }
}

fs.open = async (...args) => {
  if (isTime()) die()
  const handle = await open(...args)
  const { writeFile, sync } = handle
  handle.writeFile = async (bytes) => {
    if (isTime()) {
      await writeFile.call(handle, bytes.subarray(0, bytes.length >> 1))
      die()
    }
    return writeFile.call(handle, bytes)
  }
  handle.sync = async () => {
    if (isTime()) die()
    return sync.call(handle)
  }
  return handle
}

process.on('exit', () => writeSync(2, `disk steps: ${count}\n`))
