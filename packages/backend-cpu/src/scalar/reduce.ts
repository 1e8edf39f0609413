import { argumentOffsets, errorCodes, reduceKinds } from '../plan/encoding.ts'
import { pointerAt, type Views, WalkFailure } from './views.ts'

const reduceAt = argumentOffsets('reduce')
const argmaxAt = argumentOffsets('argmax')

interface Kind {
  readonly view: 'int' | 'float'
  readonly identity: number
  readonly combine: (a: number, b: number) => number
}

const kinds: Record<keyof typeof reduceKinds, Kind> = {
  sum: { view: 'float', identity: 0, combine: (a, b) => a + b },
  max: { view: 'float', identity: -Infinity, combine: (a, b) => Math.max(a, b) },
  min: { view: 'float', identity: Infinity, combine: (a, b) => Math.min(a, b) },
  intSum: { view: 'int', identity: 0, combine: (a, b) => (a + b) | 0 },
  intMax: { view: 'int', identity: -(2 ** 31), combine: (a, b) => Math.max(a, b) },
  intMin: { view: 'int', identity: 2 ** 31 - 1, combine: (a, b) => Math.min(a, b) },
}

const kindsByCode: readonly Kind[] = Object.entries(reduceKinds).reduce<Kind[]>((table, [name, code]) => {
  table[code] = kinds[name as keyof typeof reduceKinds]
  return table
}, [])

export function reduce(views: Views, p: number): void {
  const kind = kindsByCode[views.int[p + reduceAt.kind]!]
  if (!kind) throw new WalkFailure(errorCodes.badInstruction, views.int[p]!)
  const [outer, n, inner] = [reduceAt.outer, reduceAt.n, reduceAt.inner].map(
    (offset) => views.int[p + offset]!,
  )
  const dst = pointerAt(views, p + reduceAt.dst)
  const src = pointerAt(views, p + reduceAt.src)
  const view = views[kind.view]
  for (let o = 0; o < outer!; o++) {
    for (let i = 0; i < inner!; i++) {
      let result = kind.identity
      for (let j = 0; j < n!; j++) result = kind.combine(result, view[src + (o * n! + j) * inner! + i]!)
      view[dst + o * inner! + i] = result
    }
  }
}

export function argmax(views: Views, p: number): void {
  const [outer, n, inner] = [argmaxAt.outer, argmaxAt.n, argmaxAt.inner].map(
    (offset) => views.int[p + offset]!,
  )
  const dst = pointerAt(views, p + argmaxAt.dst)
  const src = pointerAt(views, p + argmaxAt.src)
  for (let o = 0; o < outer!; o++) {
    for (let i = 0; i < inner!; i++) {
      let index = 0
      let best = Number.NEGATIVE_INFINITY
      for (let j = 0; j < n! && !Number.isNaN(best); j++) {
        const x = views.float[src + (o * n! + j) * inner! + i]!
        if (x > best || Number.isNaN(x)) {
          best = x
          index = j
        }
      }
      views.int[dst + o * inner! + i] = index
    }
  }
}
