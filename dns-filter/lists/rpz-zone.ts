import { LIMITS } from '../limits.ts'

export interface RpzZone {
  /** With its last dot: `rpz.example.` */
  readonly zone: string
  readonly serial: number
}

/** What stands at the begin of a response policy zone as a master file (RFC 1035 section 5). */
export function rpzHead({ zone, serial }: RpzZone): string {
  return `$TTL 300\n$ORIGIN ${zone}\n@ IN SOA localhost. hostmaster.localhost. ${serial} 3600 600 604800 300\n@ IN NS localhost.\n`
}

/** Is there room for `*.` before a name in wire form and for the zone's own behind it? */
export function fitsZone(wire: Uint8Array, { zone }: RpzZone): boolean {
  return wire.length + 2 + zone.length <= LIMITS.name
}

const ZONE = /^([a-z0-9_-]{1,63}\.)+$/
const LONGEST_ZONE = 100

/** The zone of this name, with the serial of now: it grows from one to the next, and fits 32 bits (RFC 1982). */
export function rpzZone(name: string, now: number): RpzZone | null {
  const zone = name.toLowerCase().replace(/\.?$/, '.')
  if (!ZONE.test(zone) || zone.length > LONGEST_ZONE) return null
  return { zone, serial: Math.floor(now / 1000) % 0x1_0000_0000 }
}
