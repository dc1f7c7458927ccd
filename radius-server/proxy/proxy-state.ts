import { ATTRIBUTE } from '../dictionary.ts'
import { allAttributes } from '../packet.ts'
import type { Packet } from '../packet.ts'

/** As many servers as may stand before us; those of a federation are three or four. */
const MOST_HOPS = 10

/** Whether a request may be sent on: each server on its way has left a Proxy-State (RFC 2865 §5.33). */
export function hopsOf(packet: Packet, tag: Uint8Array): 'few' | 'too-many' | 'been-here' {
  const states = allAttributes(packet, ATTRIBUTE['Proxy-State'])
  if (states.some((state) => Buffer.compare(state, tag) === 0)) return 'been-here'
  return states.length >= MOST_HOPS ? 'too-many' : 'few'
}
