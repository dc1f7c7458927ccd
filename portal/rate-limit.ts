import { BoundedMap } from '#core/bounded-map.ts'
import type { Clock } from '#core/clock.ts'

interface Bucket {
  tokens: number
  at: number
}

export interface RateLimit {
  /** Zero when the request may pass, else the seconds to wait. */
  take(key: string): number
}

/** One token bucket a key; keys beyond the limit push out the one used longest ago. */
export function createRateLimit(
  limit: { readonly burst: number; readonly perSecond: number; readonly keys: number },
  clock: Clock,
): RateLimit {
  const buckets = new BoundedMap<string, Bucket>({ limit: limit.keys, clock })
  return {
    take(key) {
      const now = clock()
      const bucket = buckets.get(key) ?? { tokens: limit.burst, at: now }
      // A clock set back must not lock anybody out.
      const elapsed = Math.max(now - bucket.at, 0) / 1000
      bucket.tokens = Math.min(limit.burst, bucket.tokens + elapsed * limit.perSecond)
      bucket.at = now
      buckets.set(key, bucket)
      if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) / limit.perSecond)
      bucket.tokens -= 1
      return 0
    },
  }
}
