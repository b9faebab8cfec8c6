interface MinimalAbortSignal {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** The platform's `AbortSignal` where there is one; its minimum where core is compiled without a platform. */
export type Cancellation = typeof globalThis extends { AbortSignal: { prototype: infer Platform } }
  ? Platform
  : MinimalAbortSignal
