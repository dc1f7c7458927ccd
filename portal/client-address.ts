import { formatAddress, parseAddress } from '#core/ip.ts'
import type { Context } from 'hono'

interface NodeBindings {
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } }
}

/** The address of the socket: a header could be written by anybody. Null without a socket. */
export function clientAddress(c: Context): Uint8Array | null {
  const { incoming } = (c.env ?? {}) as NodeBindings
  return parseAddress(incoming?.socket?.remoteAddress ?? '')
}

const V6_SUBSCRIBER_BYTES = 8

/** Who a request is counted for: an IPv4 address, or the /64 that one subscriber of IPv6 has. */
export function countedAs(address: Uint8Array | null): string {
  if (address === null) return 'unknown'
  if (address.length === 4) return formatAddress(address)
  return Buffer.from(address.subarray(0, V6_SUBSCRIBER_BYTES)).toString('hex')
}
