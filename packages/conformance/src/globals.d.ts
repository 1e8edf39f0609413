// The few globals that the suite uses. Node, browsers and workers all have them, so that the suite needs
// neither the DOM's types nor Node's. Only the members in use are declared.

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
