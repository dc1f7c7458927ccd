import { NameMap } from '../names/name-map.ts'
import type { Suffixes } from '../names/suffixes.ts'

/**
 * What is done with a name for which neither lists nor upstreams are asked:
 * - `loopback`: the addresses of the device itself (RFC 6761 section 6.3)
 * - `empty`: a zone with nothing in it (RFC 6303): the apex exists, no name below it does
 * - `nodata`: every name exists and has no records
 * - `nat64`: the well-known addresses of ipv4only.arpa (RFC 7050; RFC 8880 section 7.1)
 * - `canary`: "this network filters" for browsers and phones that would go round the filter
 * - `exempt`: resolved as usual, above every list and rule
 */
export type Reservation = 'loopback' | 'empty' | 'nodata' | 'nat64' | 'canary' | 'exempt'

export interface ReservedNames {
  find(name: Suffixes): { readonly kind: Reservation; readonly suffix: number } | null
}

const PRIVATE_16_TO_31 = Array.from({ length: 16 }, (_, i) => `${16 + i}.172.in-addr.arpa`)
const SHARED_64_TO_127 = Array.from({ length: 64 }, (_, i) => `${64 + i}.100.in-addr.arpa`)

/** RFC 6303 sections 4.1 to 4.6, RFC 7793, RFC 6761, RFC 6762, RFC 7686, RFC 8375. */
const EMPTY_ZONES = [
  'local',
  'onion',
  'invalid',
  'test',
  'home.arpa',
  '10.in-addr.arpa',
  ...PRIVATE_16_TO_31,
  '168.192.in-addr.arpa',
  ...SHARED_64_TO_127,
  '0.in-addr.arpa',
  '127.in-addr.arpa',
  '254.169.in-addr.arpa',
  '2.0.192.in-addr.arpa',
  '100.51.198.in-addr.arpa',
  '113.0.203.in-addr.arpa',
  '255.255.255.255.in-addr.arpa',
  `${'0.'.repeat(32)}ip6.arpa`,
  `1.${'0.'.repeat(31)}ip6.arpa`,
  'c.f.ip6.arpa',
  'd.f.ip6.arpa',
  '8.e.f.ip6.arpa',
  '9.e.f.ip6.arpa',
  'a.e.f.ip6.arpa',
  'b.e.f.ip6.arpa',
  '8.b.d.0.1.0.0.2.ip6.arpa',
]

/** RFC 9462: resolver.arpa is about this resolver, and it offers no encrypted twin of itself yet. */
const NODATA = ['resolver.arpa']

/** Firefox's canary, and Apple's private relay, which asks networks for a negative answer. */
const CANARIES = ['use-application-dns.net', 'mask.icloud.com', 'mask-h2.icloud.com']

/**
 * A phone that cannot reach these does not find the portal, or believes it is not on the internet;
 * one with the wrong time can check no certificate.
 */
const DEVICE_CHECKS = [
  'captive.apple.com',
  'connectivitycheck.gstatic.com',
  'connectivitycheck.android.com',
  'clients3.google.com',
  'www.msftconnecttest.com',
  'ipv6.msftconnecttest.com',
  'www.msftncsi.com',
  'dns.msftncsi.com',
  'detectportal.firefox.com',
  'nmcheck.gnome.org',
  'connectivity-check.ubuntu.com',
  'network-test.debian.org',
  'time.apple.com',
  'time.android.com',
  'time.windows.com',
  'pool.ntp.org',
]

/** `ownHosts`: the portal's own name, which must resolve before and after the terms are accepted. */
export function exemptNames(ownHosts: readonly string[]): readonly string[] {
  return [...DEVICE_CHECKS, ...ownHosts]
}

export function createReservedNames(ownHosts: readonly string[]): ReservedNames {
  const kinds = new NameMap<Reservation>([
    ['localhost', 'loopback'],
    ...EMPTY_ZONES.map((name) => [name, 'empty'] as const),
    ...NODATA.map((name) => [name, 'nodata'] as const),
    ['ipv4only.arpa', 'nat64'],
    ...CANARIES.map((name) => [name, 'canary'] as const),
    ...exemptNames(ownHosts).map((name) => [name, 'exempt'] as const),
  ])
  return {
    find(name) {
      for (let suffix = name.count - 1; suffix >= 0; suffix--) {
        const kind = kinds.get(name, suffix)
        if (kind !== undefined) return { kind, suffix }
      }
      return null
    },
  }
}
