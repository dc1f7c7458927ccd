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

/** A resolver of ours that answers over TLS, by one of the two ways. */
export interface EncryptedResolver {
  /** The name in its certificate. */
  readonly name: string
  /** Octets of its address, 4 or 16. */
  readonly address: Uint8Array
  /** DNS over TLS (RFC 7858) or over HTTPS (RFC 8484), at `/dns-query`. */
  readonly by: 'dot' | 'doh'
  readonly port: number
}

const SERVICE_PRIORITY = 1
const SVC_PARAM = { alpn: 1, port: 3, dohPath: 7 } as const
const WAYS = {
  dot: { alpn: 'dot', usualPort: 853, path: null },
  doh: { alpn: 'h2', usualPort: 443, path: '/dns-query{?dns}' },
} as const

/** The value of DHCPv4 option 162 (RFC 9463 §5.1): an instance for each. */
export function resolverOption(resolvers: readonly EncryptedResolver[]): Buffer {
  return Buffer.concat(
    resolvers.flatMap((resolver) => {
      const adn = wireName(resolver.name)
      const instance = Buffer.concat([
        uint16(SERVICE_PRIORITY),
        Buffer.of(adn.length),
        adn,
        Buffer.of(resolver.address.length),
        resolver.address,
        svcParams(resolver),
      ])
      return [uint16(instance.length), instance]
    }),
  )
}

/** The value of DHCPv6 option 144 (RFC 9463 §4.1); its addresses are IPv6 ones. */
export function resolverOptionV6(resolver: EncryptedResolver): Buffer {
  const { name, address } = resolver
  const adn = wireName(name)
  return Buffer.concat([
    uint16(SERVICE_PRIORITY),
    uint16(adn.length),
    adn,
    uint16(address.length),
    address,
    svcParams(resolver),
  ])
}

/** Option 144 of a router advertisement, whole (RFC 9463 §6.1). */
export function resolverRouterOption(resolver: EncryptedResolver, lifetimeSeconds: number): Buffer {
  const { name, address } = resolver
  const adn = wireName(name)
  const params = svcParams(resolver)
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

/** RFC 9460 §2.2, in the order of their keys; the port where it is not the usual one. */
function svcParams({ by, port }: EncryptedResolver): Buffer {
  const { alpn, usualPort, path } = WAYS[by]
  const param = (key: number, value: Buffer): Buffer[] => [
    ...[uint16(key), uint16(value.length), value],
  ]
  return Buffer.concat([
    ...param(SVC_PARAM.alpn, Buffer.concat([Buffer.of(alpn.length), Buffer.from(alpn, 'ascii')])),
    ...(port === usualPort ? [] : param(SVC_PARAM.port, uint16(port))),
    ...(path === null ? [] : param(SVC_PARAM.dohPath, Buffer.from(path, 'ascii'))),
  ])
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
