import { BoundedMap } from '#core/bounded-map.ts'
import type { Clock } from '#core/clock.ts'

/** How many failures are free, and the pauses after those that come then, each twice the one before. */
interface Pace {
  readonly free: number
  readonly firstMs: number
  readonly longestMs: number
}

const MINUTE_MS = 60_000

/**
 * An account from one address, and from all together: guessing must be slow, and nothing is locked by it. A
 * directory locks an account after five to ten failures in half an hour; those here stay below it.
 */
const PAIR: Pace = { free: 4, firstMs: 15_000, longestMs: 15 * MINUTE_MS }
const ACCOUNT: Pace = { free: 8, firstMs: MINUTE_MS, longestMs: 15 * MINUTE_MS }

const FAILED_LIMITS = {
  accounts: 20_000,
  /** After the last failure. */
  forgottenMs: 60 * MINUTE_MS,
} as const

export interface FailedSignIns {
  /** Milliseconds until this account may be tried again from this address; 0 for now. */
  heldMs(account: string, address: string): number
  failed(account: string, address: string): void
  succeeded(account: string, address: string): void
}

interface Failures {
  count: number
  heldUntil: number
}

/** What this process saw of failures; asked before a password is hashed or shown to a directory. */
export function createFailedSignIns(clock: Clock): FailedSignIns {
  const table = (): BoundedMap<string, Failures> =>
    new BoundedMap({ limit: FAILED_LIMITS.accounts, ttlMs: FAILED_LIMITS.forgottenMs, clock })
  const pairs = table()
  const accounts = table()

  const left = (failures: Failures | undefined): number =>
    Math.max((failures?.heldUntil ?? 0) - clock(), 0)

  function add(to: BoundedMap<string, Failures>, key: string, pace: Pace): void {
    const count = (to.get(key)?.count ?? 0) + 1
    const over = count - pace.free
    const pauseMs = over < 0 ? 0 : Math.min(pace.firstMs * 2 ** over, pace.longestMs)
    to.set(key, { count, heldUntil: clock() + pauseMs })
  }
  return {
    heldMs: (account, address) =>
      Math.max(left(pairs.get(`${account}\n${address}`)), left(accounts.get(account))),
    failed(account, address) {
      add(pairs, `${account}\n${address}`, PAIR)
      add(accounts, account, ACCOUNT)
    },
    succeeded(account, address) {
      pairs.delete(`${account}\n${address}`)
      accounts.delete(account)
    },
  }
}
