import { readInteger } from '../attributes.ts'
import { ATTRIBUTE } from '../dictionary.ts'
import type { Packet } from '../packet.ts'

const TIME_LIMITS = {
  /** Gateways without a clock battery begin in 1970: what is further off is not believed. */
  skewMs: 10 * 60_000,
  /** A gateway that kept a packet longer than this has no idea of the time. */
  delaySeconds: 86_400,
} as const

/** When it happened: by the gateway's clock if it is sane, else receipt less the reported delay. */
export function eventTime(packet: Packet, receivedAt: number): Date {
  const stamp = readInteger(packet, ATTRIBUTE['Event-Timestamp'])
  if (stamp !== null && Math.abs(stamp * 1000 - receivedAt) < TIME_LIMITS.skewMs) {
    return new Date(stamp * 1000)
  }
  const delay = readInteger(packet, ATTRIBUTE['Acct-Delay-Time']) ?? 0
  return new Date(receivedAt - (delay <= TIME_LIMITS.delaySeconds ? delay * 1000 : 0))
}
