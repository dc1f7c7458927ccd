import { BoundedMap } from './bounded-map.ts'
import type { Clock } from './clock.ts'
import { TokenBucket } from './token-bucket.ts'
import type { BucketSize } from './token-bucket.ts'

export interface RateLimit {
  /** Zero when the request may pass, else the seconds to wait. */
  take(key: string): number
  readonly size: number
  /** How many keys had to make room for others. */
  readonly evicted: number
}

/** One token bucket a key; keys beyond the limit push out the one used longest ago. */
export function createRateLimit(
  limit: BucketSize & { readonly keys: number },
  clock: Clock,
): RateLimit {
  const buckets = new BoundedMap<string, TokenBucket>({ limit: limit.keys, clock })
  return {
    take(key) {
      let bucket = buckets.get(key)
      if (bucket === undefined) {
        bucket = new TokenBucket(limit)
        buckets.set(key, bucket)
      }
      return bucket.take(clock()) ? 0 : bucket.secondsToWait
    },
    get size() {
      return buckets.size
    },
    get evicted() {
      return buckets.evicted
    },
  }
}
