import { lookup } from 'node:dns'
import { isIP } from 'node:net'
import type { LookupFunction } from 'node:net'
import { isPrivateAddress, parseAddress } from '#core/ip.ts'

/**
 * How to connect to a host that somebody named: what only this machine can reach is refused, also behind a
 * name, which is looked at as the connection is made. Throws where the host is such an address.
 */
export function connectable(
  host: string,
  allowPrivate: boolean,
  isOutside: (address: string) => boolean = isPublic,
): { readonly host: string; readonly lookup: LookupFunction } {
  const mayReach = allowPrivate ? () => true : isOutside
  // Of an address no name is looked up.
  if (isIP(host) !== 0 && !mayReach(host)) throw insideError(host)
  return { host, lookup: lookupOf(mayReach) }
}

/** Of several addresses of a name, each must be one that may be reached: which one is taken is not ours to say. */
function lookupOf(mayReach: (address: string) => boolean): LookupFunction {
  return (name, options, callback) => {
    lookup(name, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '')
      const inside = addresses.find(({ address }) => !mayReach(address))
      if (inside !== undefined) return callback(insideError(`${name} (${inside.address})`), '')
      if (options.all === true) return callback(null, addresses)
      const [first] = addresses
      callback(null, first?.address ?? '', first?.family ?? 0)
    })
  }
}

function isPublic(text: string): boolean {
  const bytes = parseAddress(text)
  if (bytes === null || isPrivateAddress(bytes)) return false
  const [first = 0] = bytes
  if (bytes.length === 4) return first !== 0 && first < 224
  // Global unicast alone, and of it none that carries an IPv4 address which could be one of ours.
  const isTunnel =
    first === 0x20 && (bytes[1] === 0x02 || (bytes[1] === 0x01 && bytes[2] === 0 && bytes[3] === 0))
  return (first & 0xe0) === 0x20 && !isTunnel
}

function insideError(what: string): Error {
  return new Error(
    `${what} is an address inside; say so with --allow-private, or allow_private in the declaration`,
  )
}
