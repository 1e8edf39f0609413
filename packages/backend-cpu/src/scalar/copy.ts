import { argumentOffsets, headerWords } from '../plan/encoding.ts'
import { pointerAt, type Views } from './views.ts'

const copyAt = argumentOffsets('copyStrided')
const fillAt = argumentOffsets('fill')
const iotaAt = argumentOffsets('iota')

export function copyStrided(views: Views, p: number): void {
  const rank = views.int[p + copyAt.rank]!
  const tail = p + headerWords('copyStrided')
  const copyFrom = (dim: number, dst: number, src: number): void => {
    if (dim === rank) {
      views.int[dst] = views.int[src]!
      return
    }
    const size = views.int[tail + dim]!
    const dstStride = views.int[tail + rank + dim]!
    const srcStride = views.int[tail + 2 * rank + dim]!
    for (let i = 0; i < size; i++) copyFrom(dim + 1, dst + i * dstStride, src + i * srcStride)
  }
  copyFrom(0, pointerAt(views, p + copyAt.dst), pointerAt(views, p + copyAt.src))
}

export function fill(views: Views, p: number): void {
  const dst = pointerAt(views, p + fillAt.dst)
  views.int.fill(views.int[p + fillAt.word]!, dst, dst + views.int[p + fillAt.n]!)
}

export function iota(views: Views, p: number): void {
  const n = views.int[p + iotaAt.n]!
  const inner = views.int[p + iotaAt.inner]!
  const outer = views.int[p + iotaAt.outer]!
  let dst = pointerAt(views, p + iotaAt.dst)
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < n; i++) {
      views.int.fill(i, dst, dst + inner)
      dst += inner
    }
  }
}
