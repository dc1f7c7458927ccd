import { BoundedMap } from '#core/bounded-map.ts'
import type { Clock } from '#core/clock.ts'
import type { KnownDevices } from './known-devices.ts'

/** How many failures are free, and the pauses after those that come then, each twice the one before. */
export interface BackOffPace {
  readonly pair: { readonly free: number; readonly firstMs: number; readonly longestMs: number }
  readonly account: { readonly free: number; readonly firstMs: number; readonly longestMs: number }
  /** Of a device that this account has logged in from. */
  readonly knownLongestMs: number
}

const MINUTE = 60_000

/** For what is checked here: guessing must be slow, and nothing is locked by it. */
export const GUESSING: BackOffPace = {
  pair: { free: 5, firstMs: 5_000, longestMs: 5 * MINUTE },
  account: { free: 20, firstMs: 30_000, longestMs: 5 * MINUTE },
  knownLongestMs: 10_000,
}

/**
 * For what a directory counts: it locks an account after five to ten failures in half an hour, for
 * everyone. From one device come six in that time at most, after 0, 0, 0, 4, 12 and 28 minutes; from all
 * strangers together eight.
 */
export const BINDING: BackOffPace = {
  pair: { free: 3, firstMs: 4 * MINUTE, longestMs: 30 * MINUTE },
  account: { free: 6, firstMs: 8 * MINUTE, longestMs: 30 * MINUTE },
  knownLongestMs: 30 * MINUTE,
}

export const BACK_OFF_LIMITS = {
  pairs: 50_000,
  accounts: 50_000,
  /** After the last failure. */
  forgottenMs: 60 * MINUTE,
} as const

/**
 * Slows down who fails to log in: one account from one device first, and an account as a whole only for
 * devices that it never came from. So a stranger cannot keep the owner out of their own device, and
 * nobody a place. Failures are what this process saw; the devices are known to all.
 */
export interface BackOff {
  /** Whether no question is to be asked of this account from this device now. */
  isHeld(account: string, device: string): boolean
  failed(account: string, device: string): void
  succeeded(account: string, device: string): void
  /** One that was counted before its answer came had none, or a good one. */
  takeBack(account: string, device: string): void
  readonly size: number
  readonly evicted: number
}

interface Failures {
  count: number
  heldUntil: number
}

export function createBackOff(
  pace: BackOffPace,
  known: Pick<KnownDevices, 'has' | 'add' | 'fetch'>,
  clock: Clock,
): BackOff {
  const table = (limit: number): BoundedMap<string, Failures> =>
    new BoundedMap({ limit, ttlMs: BACK_OFF_LIMITS.forgottenMs, clock })
  const pairs = table(BACK_OFF_LIMITS.pairs)
  const accounts = table(BACK_OFF_LIMITS.accounts)

  const pairOf = (account: string, device: string): string => `${account}\n${device}`
  const isRunning = (failures: Failures | undefined): boolean =>
    failures !== undefined && clock() < failures.heldUntil

  function add(
    to: BoundedMap<string, Failures>,
    key: string,
    { free, firstMs }: BackOffPace['pair'],
    longestMs: number,
  ): number {
    const count = (to.get(key)?.count ?? 0) + 1
    const pauseMs = count < free ? 0 : Math.min(firstMs * 2 ** (count - free), longestMs)
    to.set(key, { count, heldUntil: clock() + pauseMs })
    return pauseMs
  }

  function remove(from: BoundedMap<string, Failures>, key: string, free: number): void {
    const failures = from.get(key)
    if (failures === undefined) return
    failures.count -= 1
    if (failures.count < free) failures.heldUntil = 0
    if (failures.count <= 0) from.delete(key)
  }

  return {
    isHeld(account, device) {
      const pair = pairOf(account, device)
      if (isRunning(pairs.get(pair))) return true
      return isRunning(accounts.get(account)) && !known.has(account, device)
    },
    failed(account, device) {
      const pair = pairOf(account, device)
      const isKnown = known.has(account, device)
      const longestMs = isKnown ? pace.knownLongestMs : pace.pair.longestMs
      add(pairs, pair, pace.pair, longestMs)
      // The owner's own mistakes keep nobody else waiting.
      if (isKnown) return
      const pauseMs = add(accounts, account, pace.account, pace.account.longestMs)
      // Before the owner comes: other processes may know more of their devices.
      if (pauseMs > 0) known.fetch(account)
    },
    succeeded(account, device) {
      const pair = pairOf(account, device)
      pairs.delete(pair)
      known.add(account, device)
    },
    takeBack(account, device) {
      const pair = pairOf(account, device)
      remove(pairs, pair, pace.pair.free)
      if (!known.has(account, device)) remove(accounts, account, pace.account.free)
    },
    get size() {
      return pairs.size + accounts.size
    },
    get evicted() {
      return pairs.evicted + accounts.evicted
    },
  }
}
