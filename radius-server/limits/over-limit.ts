import { BoundedMap } from '#core/bounded-map.ts'
import type { Clock } from '#core/clock.ts'
import type { Counter } from '#core/metrics.ts'
import { TokenBucket } from '#core/token-bucket.ts'
import { readText } from '../attributes.ts'
import { ATTRIBUTE, CODE } from '../dictionary.ts'
import { hasAttribute } from '../packet.ts'
import { silence } from '../request.ts'
import type { RadiusRequest, Step } from '../request.ts'
import type { LimitSizes } from './sizes.ts'

export const DEVICE_LIMITS = { held: 50_000 } as const

/** Each is counted when something is dropped for it; `unproven` is what anyone can have sent in a gateway's name. */
export const LIMITS = [
  'gateway-packets',
  'gateway-packets-unproven',
  'gateway-logins',
  'gateway-logins-unproven',
  'device-logins',
] as const
export type Limit = (typeof LIMITS)[number]

export interface OverLimit {
  /** After the check of who sent it, before all that costs time or changes state. */
  readonly packets: Step
  /** Whether a login that costs something may begin; takes its place if so. */
  mayLogIn(request: RadiusRequest): boolean
  readonly devices: number
  readonly devicesEvicted: number
}

const OVER = silence('over-limit')

export function createOverLimit(
  sizes: LimitSizes,
  counters: Readonly<Record<Limit, Counter>>,
  clock: Clock,
): OverLimit {
  const devices = new BoundedMap<string, TokenBucket>({ limit: DEVICE_LIMITS.held, clock })

  function count({ client }: RadiusRequest, limit: Limit): void {
    counters[limit].inc()
    client.watch.overLimit += 1
  }

  function bucketOf(key: string): TokenBucket {
    let bucket = devices.get(key)
    if (bucket === undefined) {
      bucket = new TokenBucket(sizes.device)
      devices.set(key, bucket)
    }
    return bucket
  }

  return {
    packets(request) {
      const { client, receivedAt } = request
      const { watch } = client
      const isProven = isProvenOf(request)
      watch.requests += 1
      watch.heardAt = receivedAt
      watch.transport = client.transport
      const { code } = request.packet
      if (code === CODE['Access-Request']) watch.accessAt = receivedAt
      if (code === CODE['Accounting-Request']) watch.accountingAt = receivedAt
      if ((isProven ? watch.proven : watch.unproven).packets.take(receivedAt)) return null
      count(request, isProven ? 'gateway-packets' : 'gateway-packets-unproven')
      return OVER
    },
    mayLogIn(request) {
      const { client, packet, receivedAt } = request
      const isProven = isProvenOf(request)
      const station = readText(packet, ATTRIBUTE['Calling-Station-Id'])
      // The device first: what it has too much of is not taken from its neighbours.
      if (station !== null) {
        const key = `${isProven ? '' : 'unproven '}${client.gateway.name} ${station}`
        if (!bucketOf(key).take(receivedAt)) {
          count(request, 'device-logins')
          return false
        }
      }
      const { logins } = isProven ? client.watch.proven : client.watch.unproven
      if (logins.take(receivedAt)) return true
      count(request, isProven ? 'gateway-logins' : 'gateway-logins-unproven')
      return false
    },
    get devices() {
      return devices.size
    },
    get devicesEvicted() {
      return devices.evicted
    },
  }
}

/**
 * Whether only the gateway can have made it. A Message-Authenticator that is there was found right by an
 * earlier step, and an Accounting-Request is a digest in itself.
 */
function isProvenOf({ client, packet }: RadiusRequest): boolean {
  return (
    client.transport === 'radsec' ||
    packet.code !== CODE['Access-Request'] ||
    hasAttribute(packet, ATTRIBUTE['Message-Authenticator'])
  )
}
