import { readInteger } from '../attributes.ts'
import { ATTRIBUTE } from '../dictionary.ts'
import type { Packet } from '../packet.ts'

const TIME_LIMITS = {
  /** Gateways without a clock battery begin in 1970: what is further off is not believed. */
  skewMs: 10 * 60_000,
  /** A gateway that kept a packet longer than this has no idea of the time. */
  delaySeconds: 86_400,
} as const

export interface EventTime {
  /** By the gateway's clock if it is sane, else receipt less the reported delay. */
  readonly at: Date
  /** What the gateway's clock said, believed or not; null if it said nothing. */
  readonly nasAt: Date | null
}

/** When it happened. */
export function eventTime(packet: Packet, receivedAt: number): EventTime {
  const delay = readInteger(packet, ATTRIBUTE['Acct-Delay-Time']) ?? 0
  const sent = receivedAt - (delay <= TIME_LIMITS.delaySeconds ? delay * 1000 : 0)
  const seconds = readInteger(packet, ATTRIBUTE['Event-Timestamp'])
  if (seconds === null) return { at: new Date(sent), nasAt: null }
  const said = seconds * 1000
  const nasAt = new Date(said)
  // Against receipt as well: a gateway may stamp what it sends again with the time of sending.
  const isSane = isNear(said, sent) || isNear(said, receivedAt)
  return { at: isSane ? nasAt : new Date(sent), nasAt }
}

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) < TIME_LIMITS.skewMs
}
