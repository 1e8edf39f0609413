// The few globals that core uses. Node, browsers and workers all have them, so that core needs
// neither the DOM's types nor Node's. Only the members in use are declared.

interface TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>
}
declare var TextEncoder: { new (): TextEncoder }

interface TextDecoder {
  decode(bytes?: ArrayBufferView | ArrayBufferLike, options?: { stream?: boolean }): string
}
declare var TextDecoder: {
  new (label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean }): TextDecoder
}

interface AbortSignal {
  readonly aborted: boolean
  readonly reason: unknown
  throwIfAborted(): void
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}
declare var AbortSignal: { readonly prototype: AbortSignal; abort(reason?: unknown): AbortSignal }

interface AbortController {
  readonly signal: AbortSignal
  abort(reason?: unknown): void
}
declare var AbortController: { new (): AbortController }

interface Performance {
  now(): number
}
declare var performance: Performance

declare function setTimeout(callback: () => void, ms?: number): unknown
/** Node alone; much shorter than the shortest timer. */
declare var setImmediate: ((callback: () => void) => unknown) | undefined
