import { byteAt, uint16At } from './name.ts'
import { Option, Rcode } from './registry.ts'

/** What a client's EDNS options ask of us; everything else in them is ignored (RFC 6891 section 6.1.2). */
export interface QueryOptions {
  /** RFC 7873: client cookie, and the server cookie that it remembers. */
  readonly cookie: Uint8Array | null
  /** RFC 5001. */
  readonly wantsNsid: boolean
  /** RFC 7830: the client pads, and so may we. */
  readonly isPadded: boolean
  /** RFC 7828; only means something over TCP and TLS. */
  readonly keepalive: 'absent' | 'asked' | 'malformed'
  /** The token of the place, as the resolver there says it (dnsmasq's add-cpe-id). */
  readonly cpeId: string | null
  /** `aa:bb:cc:dd:ee:ff` of the device, as the resolver there says it (dnsmasq's add-mac). */
  readonly mac: string | null
  /** As the portal asks it, for who thinks of blocking a name. */
  readonly wantsListed: boolean
}

/** A token has 26 letters; what is longer is none of ours. */
const LONGEST_CPE_ID = 64
const MAC_BYTES = 6

export const NO_OPTIONS: QueryOptions = {
  cookie: null,
  wantsNsid: false,
  isPadded: false,
  keepalive: 'absent',
  cpeId: null,
  mac: null,
  wantsListed: false,
}

/** Options between `at` and `end`, or the rcode that they earn. Never throws. */
export function readOptions(bytes: Uint8Array, at: number, end: number): QueryOptions | number {
  if (at === end) return NO_OPTIONS
  const found: { -readonly [K in keyof QueryOptions]: QueryOptions[K] } = { ...NO_OPTIONS }
  while (at + 4 <= end) {
    const code = uint16At(bytes, at)
    const data = at + 4
    const length = uint16At(bytes, at + 2)
    at = data + length
    if (at > end) return Rcode.FormErr
    switch (code) {
      case Option.Cookie:
        if (length !== 8 && (length < 16 || length > 40)) return Rcode.FormErr
        // RFC 7873 section 5.2: the first one counts.
        found.cookie ??= bytes.subarray(data, at)
        break
      case Option.Nsid:
        found.wantsNsid = true
        break
      case Option.Padding:
        found.isPadded = true
        break
      case Option.Keepalive:
        found.keepalive = length === 0 ? 'asked' : 'malformed'
        break
      case Option.CpeId:
        if (length > LONGEST_CPE_ID) break
        found.cpeId = Buffer.from(bytes.subarray(data, at)).toString('latin1').toLowerCase()
        break
      case Option.Mac:
        if (length === MAC_BYTES) found.mac = formatMac(bytes, data)
        break
      case Option.Listed:
        found.wantsListed = true
        break
      case Option.ClientSubnet:
        if (!isSubnet(bytes, data, length)) return Rcode.FormErr
        break
    }
  }
  return at === end ? found : Rcode.FormErr
}

/** RFC 7871 section 6: whole bytes for the prefix and no bit beyond it; the scope is ours to set. */
function isSubnet(bytes: Uint8Array, at: number, length: number): boolean {
  if (length < 4) return false
  const family = uint16At(bytes, at)
  const prefix = byteAt(bytes, at + 2)
  const longest = family === 1 ? 32 : family === 2 ? 128 : 0
  if (prefix > longest || byteAt(bytes, at + 3) !== 0) return false
  if (length !== 4 + Math.ceil(prefix / 8)) return false
  const beyond = 0xff >>> (prefix % 8)
  return prefix % 8 === 0 || (byteAt(bytes, at + length - 1) & beyond) === 0
}

function formatMac(bytes: Uint8Array, at: number): string {
  const octets = bytes.subarray(at, at + MAC_BYTES)
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join(':')
}
