import { formatAddress, parseAddress } from '#core/ip.ts'
import type { PrefixTable } from '#core/ip.ts'
import type { Context } from 'hono'

interface Remote {
  readonly remoteAddress?: string | undefined
}

interface Incoming {
  readonly socket?: Remote
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>
}

interface NodeBindings {
  readonly incoming?: Incoming
}

/** Proxies whose word about a client counts. */
export type TrustedProxies = PrefixTable<true>

/** By the socket, which keeps its address. */
const addresses = new WeakMap<object, Uint8Array | null>()

/** By the request: what a trusted proxy said of it. */
const forwarded = new WeakMap<object, Uint8Array>()

/** Of the request; null without a socket. */
export function clientAddress(c: Context): Uint8Array | null {
  const { incoming } = (c.env ?? {}) as NodeBindings
  return incoming === undefined ? null : requestAddress(incoming)
}

/** The address of the socket: a header could be written by anybody. A trusted proxy's was noted before. */
export function requestAddress(incoming: Incoming): Uint8Array | null {
  const said = forwarded.get(incoming)
  if (said !== undefined) return said
  return incoming.socket === undefined ? null : socketAddress(incoming.socket)
}

/** To be called once of each request, before anybody asks for its address. */
export function noteForwarded(incoming: Incoming, trusted: TrustedProxies): void {
  const address = incoming.socket === undefined ? null : socketAddress(incoming.socket)
  if (address === null || trusted.lookup(address) === undefined) return
  const header = incoming.headers?.['x-forwarded-for']
  const said = clientIn(typeof header === 'string' ? header : '', trusted)
  if (said !== null) forwarded.set(incoming, said)
}

/**
 * Each proxy writes behind the others whom it was asked by, so the last one that is no proxy of ours is the
 * client; what stands before it the client wrote itself. Null where that is no address.
 */
function clientIn(header: string, trusted: TrustedProxies): Uint8Array | null {
  for (let end = header.length; end > 0;) {
    const comma = header.lastIndexOf(',', end - 1)
    const address = parseAddress(withoutPort(header.slice(comma + 1, end).trim()))
    if (address === null || trusted.lookup(address) === undefined) return address
    end = comma
  }
  return null
}

/** Some write `192.0.2.1:4711` or `[2001:db8::1]:4711`. */
function withoutPort(text: string): string {
  const [, bracketed, plain] =
    /^(?:\[([^\]]+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+)$/.exec(text) ?? []
  return bracketed ?? plain ?? text
}

function socketAddress(socket: Remote): Uint8Array | null {
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
