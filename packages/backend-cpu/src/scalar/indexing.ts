import { argumentOffsets } from '../plan/encoding.ts'
import { checkIndex, pointerAt, type Views } from './views.ts'

const gatherAt = argumentOffsets('gather')
const scatterAt = argumentOffsets('scatterAdd')
const gatherAlongAt = argumentOffsets('gatherAlong')
const scatterAlongAt = argumentOffsets('scatterAlongAdd')
const sliceAt = argumentOffsets('dynamicSlice')
const updateAt = argumentOffsets('dynamicUpdate')

interface Sizes {
  readonly outer: number
  readonly axisSize: number
  readonly count: number
  readonly inner: number
}

/** All indexing instructions have these four. */
function sizesAt(views: Views, p: number, at: Sizes): Sizes {
  return {
    outer: views.int[p + at.outer]!,
    axisSize: views.int[p + at.axisSize]!,
    count: views.int[p + at.count]!,
    inner: views.int[p + at.inner]!,
  }
}

export function gather(views: Views, p: number): void {
  const { outer, axisSize, count, inner } = sizesAt(views, p, gatherAt)
  const dst = pointerAt(views, p + gatherAt.dst)
  const table = pointerAt(views, p + gatherAt.table)
  const ids = pointerAt(views, p + gatherAt.ids)
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < count; i++) {
      const id = checkIndex(views.int[ids + i]!, axisSize)
      const from = table + (o * axisSize + id) * inner
      views.int.copyWithin(dst + (o * count + i) * inner, from, from + inner)
    }
  }
}

export function scatterAdd(views: Views, p: number): void {
  const { outer, axisSize, count, inner } = sizesAt(views, p, scatterAt)
  const dst = pointerAt(views, p + scatterAt.dst)
  const updates = pointerAt(views, p + scatterAt.updates)
  const ids = pointerAt(views, p + scatterAt.ids)
  const view = views.int[p + scatterAt.isInt] === 0 ? views.float : views.int
  if (views.int[p + scatterAt.accumulate] === 0) view.fill(0, dst, dst + outer * axisSize * inner)
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < count; i++) {
      const to = dst + (o * axisSize + checkIndex(views.int[ids + i]!, axisSize)) * inner
      const from = updates + (o * count + i) * inner
      for (let k = 0; k < inner; k++) view[to + k]! += view[from + k]!
    }
  }
}

/** Calls visit(index into ids and their values, index into the axis' data) for every id. */
function visitAlong(
  views: Views,
  ids: number,
  { outer, axisSize, count, inner }: Sizes,
  visit: (position: number, element: number) => void,
): void {
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < count; j++) {
      for (let i = 0; i < inner; i++) {
        const position = (o * count + j) * inner + i
        const id = checkIndex(views.int[ids + position]!, axisSize)
        visit(position, (o * axisSize + id) * inner + i)
      }
    }
  }
}

export function gatherAlong(views: Views, p: number): void {
  const dst = pointerAt(views, p + gatherAlongAt.dst)
  const src = pointerAt(views, p + gatherAlongAt.src)
  const ids = pointerAt(views, p + gatherAlongAt.ids)
  visitAlong(views, ids, sizesAt(views, p, gatherAlongAt), (position, element) => {
    views.int[dst + position] = views.int[src + element]!
  })
}

export function scatterAlongAdd(views: Views, p: number): void {
  const sizes = sizesAt(views, p, scatterAlongAt)
  const dst = pointerAt(views, p + scatterAlongAt.dst)
  const updates = pointerAt(views, p + scatterAlongAt.updates)
  const ids = pointerAt(views, p + scatterAlongAt.ids)
  const total = sizes.outer * sizes.axisSize * sizes.inner
  const view = views.int[p + scatterAlongAt.isInt] === 0 ? views.float : views.int
  if (views.int[p + scatterAlongAt.accumulate] === 0) view.fill(0, dst, dst + total)
  visitAlong(views, ids, sizes, (position, element) => {
    view[dst + element]! += view[updates + position]!
  })
}

function startAt(views: Views, pointer: number, { axisSize, count }: Sizes): number {
  return Math.max(0, Math.min(views.int[pointer]!, axisSize - count))
}

export function dynamicSlice(views: Views, p: number): void {
  const sizes = sizesAt(views, p, sliceAt)
  const run = sizes.count * sizes.inner
  const dst = pointerAt(views, p + sliceAt.dst)
  const src = pointerAt(views, p + sliceAt.src)
  const start = startAt(views, pointerAt(views, p + sliceAt.start), sizes)
  for (let o = 0; o < sizes.outer; o++) {
    const from = src + (o * sizes.axisSize + start) * sizes.inner
    views.int.copyWithin(dst + o * run, from, from + run)
  }
}

export function dynamicUpdate(views: Views, p: number): void {
  const sizes = sizesAt(views, p, updateAt)
  const run = sizes.count * sizes.inner
  const dst = pointerAt(views, p + updateAt.dst)
  const update = pointerAt(views, p + updateAt.update)
  const start = startAt(views, pointerAt(views, p + updateAt.start), sizes)
  for (let o = 0; o < sizes.outer; o++) {
    const from = update + o * run
    views.int.copyWithin(dst + (o * sizes.axisSize + start) * sizes.inner, from, from + run)
  }
}
