import { NameMap } from '../names/name-map.ts'
import { BROWSER_CANARIES, PRIVATE_RELAYS } from './bypass-names.ts'
import { CERTIFICATE_CHECKS, DEVICE_CHECKS } from './device-names.ts'
import type { Suffixes } from '../names/suffixes.ts'

/**
 * What is done with a name for which neither lists nor upstreams are asked:
 * - `loopback`: the addresses of the device itself (RFC 6761 section 6.3)
 * - `empty`: a zone with nothing in it (RFC 6303): the apex exists, no name below it does
 * - `nodata`: every name exists and has no records
 * - `nat64`: the well-known addresses of ipv4only.arpa (RFC 7050; RFC 8880 section 7.1)
 * - `resolver`: this resolver itself, and how it is reached over TLS and HTTPS (RFC 9462)
 * - `internal`: a zone of the house, which never leaves it and is never answered to guests
 * - `canary`: "this network filters" for browsers and phones that would go round the filter
 * - `exempt`: resolved as usual, above every list and rule
 */
export type Reservation =
  | 'loopback'
  | 'empty'
  | 'resolver'
  | 'nat64'
  | 'internal'
  | 'canary'
  | 'exempt'

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

/** What the house adds to what every network needs. */
export interface OwnNames {
  /** The product itself, which must resolve before and after the terms are accepted. */
  readonly hosts: readonly string[]
  /** Declared: identity providers and the like. */
  readonly always: readonly string[]
  readonly internal: readonly string[]
  /** Zones with servers of their own: these may be what is empty elsewhere, as `10.in-addr.arpa`. */
  readonly forwarded: readonly string[]
}

export function exemptNames({
  hosts,
  always,
}: Pick<OwnNames, 'hosts' | 'always'>): readonly string[] {
  return [...DEVICE_CHECKS, ...CERTIFICATE_CHECKS, ...hosts, ...always]
}

export function createReservedNames(own: OwnNames): ReservedNames {
  const kinds = new NameMap<Reservation>([
    ['localhost', 'loopback'],
    ...exemptNames(own).map((name) => [name, 'exempt'] as const),
    ['resolver.arpa', 'resolver'],
    ['ipv4only.arpa', 'nat64'],
    ...own.forwarded.map((name) => [name, 'internal'] as const),
    ...EMPTY_ZONES.map((name) => [name, 'empty'] as const),
    ...[...BROWSER_CANARIES, ...PRIVATE_RELAYS].map((name) => [name, 'canary'] as const),
    ...own.internal.map((name) => [name, 'internal'] as const),
  ])
  return {
    find(name) {
      let found: { readonly kind: Reservation; readonly suffix: number } | null = null
      for (let suffix = name.count - 1; suffix >= 0; suffix--) {
        const kind = kinds.get(name, suffix)
        if (kind === undefined) continue
        // Of two the longer: the portal may stand in an internal zone, a zone of the house in one that is
        // empty elsewhere, or below a name that people sign in by. Else what is needed is above all.
        if (found?.kind === 'exempt' && kind !== 'exempt' && kind !== 'internal') continue
        found = { kind, suffix }
      }
      return found
    },
  }
}
