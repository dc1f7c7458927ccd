import type { Bag } from '#core/under-way.ts'

/** What came of one try; bytes are an answer that `judge` took. */
export type Asked = Uint8Array | NotAsked

export type NotAsked =
  | 'timeout'
  | 'unreachable'
  /** Its certificate is not that of the name or address it was asked by. */
  | 'untrusted'
  | 'forged'
  /** Right but for the case of a letter (0x20). */
  | 'misspelt'
  | 'stopped'

export interface Ask {
  readonly message: Uint8Array
  readonly timeoutMs: number
  /** Is this the answer to the message? */
  readonly judge: (bytes: Uint8Array) => 'taken' | 'foreign' | 'misspelt'
  readonly onMismatch: () => void
  /** Holds a way to end each try that is under way. */
  readonly open: Bag<() => void>
}

/** A promise for one try, settled once: by an answer, by its time, or because everything ends. */
export function startTry(
  ask: Ask,
  onEnd: () => void,
): { readonly asked: Promise<Asked>; readonly settle: (asked: Asked) => void } {
  const { promise, resolve } = Promise.withResolvers<Asked>()
  let isSettled = false
  function settle(asked: Asked): void {
    if (isSettled) return
    isSettled = true
    clearTimeout(timer)
    ask.open.remove(place)
    onEnd()
    resolve(asked)
  }
  function stop(): void {
    settle('stopped')
  }
  const timer = setTimeout(() => settle('timeout'), ask.timeoutMs)
  const place = ask.open.add(stop)
  return { asked: promise, settle }
}
