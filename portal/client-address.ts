import { formatAddress, parseAddress } from '#core/ip.ts'
import type { Context } from 'hono'

interface Remote {
  readonly remoteAddress?: string | undefined
}

interface NodeBindings {
  readonly incoming?: { readonly socket?: Remote }
}

/** By the socket, which keeps its address. */
const addresses = new WeakMap<object, Uint8Array | null>()

/** The address of the socket: a header could be written by anybody. Null without a socket. */
export function clientAddress(c: Context): Uint8Array | null {
  const { incoming } = (c.env ?? {}) as NodeBindings
  const socket = incoming?.socket
  return socket === undefined ? null : socketAddress(socket)
}

export function socketAddress(socket: Remote): Uint8Array | null {
  let address = addresses.get(socket)
  if (address === undefined) {
    address = parseAddress(socket.remoteAddress ?? '')
    addresses.set(socket, address)
  }
  return address
}

const V6_SUBSCRIBER_BYTES = 8

/** Who a request is counted for: an IPv4 address, or the /64 that one subscriber of IPv6 has. */
export function countedAs(address: Uint8Array | null): string {
  if (address === null) return 'unknown'
  if (address.length === 4) return formatAddress(address)
  return Buffer.from(address.subarray(0, V6_SUBSCRIBER_BYTES)).toString('hex')
}
