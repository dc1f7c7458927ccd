/** Given on a network without a portal (RFC 8910 §2). */
export const UNRESTRICTED = 'urn:ietf:params:capport:unrestricted'

/** The value of DHCPv4 option 114 and DHCPv6 option 103: the address, not ended by a zero (RFC 8910 §2.1, §2.2). */
export function captivePortalOption(uri: string): Buffer {
  const bytes = Buffer.from(uri, 'ascii')
  if (bytes.length > 255) throw new RangeError(`${uri} is longer than 255 octets`)
  return bytes
}

/** Option 37 of a router advertisement, whole: type, length in units of 8 octets, address, zeros (RFC 8910 §2.3). */
export function captivePortalRouterOption(uri: string): Buffer {
  const value = captivePortalOption(uri)
  return routerOption(37, value)
}

/** A resolver of ours that answers over TLS. */
export interface EncryptedResolver {
  /** The name in its certificate. */
  readonly name: string
  /** Octets of its address, 4 or 16. */
  readonly address: Uint8Array
  readonly dotPort: number
}

const SERVICE_PRIORITY = 1
const SVC_PARAM = { alpn: 1, port: 3 } as const

/** The value of DHCPv4 option 162 (RFC 9463 §5.1), one instance. */
export function resolverOption({ name, address, dotPort }: EncryptedResolver): Buffer {
  const adn = wireName(name)
  const instance = Buffer.concat([
    uint16(SERVICE_PRIORITY),
    Buffer.of(adn.length),
    adn,
    Buffer.of(address.length),
    address,
    svcParams(dotPort),
  ])
  return Buffer.concat([uint16(instance.length), instance])
}

/** The value of DHCPv6 option 144 (RFC 9463 §4.1); its addresses are IPv6 ones. */
export function resolverOptionV6({ name, address, dotPort }: EncryptedResolver): Buffer {
  const adn = wireName(name)
  return Buffer.concat([
    uint16(SERVICE_PRIORITY),
    uint16(adn.length),
    adn,
    uint16(address.length),
    address,
    svcParams(dotPort),
  ])
}

/** Option 144 of a router advertisement, whole (RFC 9463 §6.1). */
export function resolverRouterOption(resolver: EncryptedResolver, lifetimeSeconds: number): Buffer {
  const { name, address, dotPort } = resolver
  const adn = wireName(name)
  const params = svcParams(dotPort)
  const lifetime = Buffer.alloc(4)
  lifetime.writeUInt32BE(lifetimeSeconds)
  const value = Buffer.concat([
    ...[uint16(SERVICE_PRIORITY), lifetime, uint16(adn.length), adn],
    ...[uint16(address.length), address, uint16(params.length), params],
  ])
  return routerOption(144, value)
}

function routerOption(type: number, value: Buffer): Buffer {
  const units = Math.ceil((2 + value.length) / 8)
  const option = Buffer.alloc(units * 8)
  option.set([type, units])
  option.set(value, 2)
  return option
}

/** RFC 9460 §2.2, in the order of their keys: ALPN `dot`, and the port where it is not 853. */
function svcParams(port: number): Buffer {
  const alpn = Buffer.from('\x03dot', 'latin1')
  const params = [uint16(SVC_PARAM.alpn), uint16(alpn.length), alpn]
  if (port !== 853) params.push(uint16(SVC_PARAM.port), uint16(2), uint16(port))
  return Buffer.concat(params)
}

/** RFC 1035 §3.1. */
function wireName(name: string): Buffer {
  const labels = name.replace(/\.$/, '').split('.')
  return Buffer.concat([
    ...labels.map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label, 'ascii')])),
    Buffer.of(0),
  ])
}

function uint16(number: number): Buffer {
  return Buffer.of(number >> 8, number & 0xff)
}
