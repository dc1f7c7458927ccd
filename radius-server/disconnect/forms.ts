import type { Mac } from '#core/mac.ts'
import type { GatewayVendor } from '#db/gateways.ts'
import { textAttribute, vendorAttribute } from '../attributes.ts'
import type { Attribute } from '../attributes.ts'
import { ATTRIBUTE, CISCO, CODE } from '../dictionary.ts'
import type { LiveSession } from './live-sessions.ts'

/** Whose session is to end, and what this process has seen of it. */
export interface Target {
  readonly mac: Mac | null
  readonly account: string | null
  readonly seen: LiveSession | undefined
}

export interface FormRequest {
  readonly code: number
  readonly attributes: readonly Attribute[]
}

type Spelling = (mac: Mac) => string

/** Null where the form says something that is not known of this session. */
type Form = (target: Target, spelling: Spelling) => FormRequest | null

const NAS = [
  ATTRIBUTE['NAS-IP-Address'],
  ATTRIBUTE['NAS-IPv6-Address'],
  ATTRIBUTE['NAS-Identifier'],
] as const

/*
 * A Disconnect-Request may hold nothing but names of the gateway and of the session (RFC 5176 §3):
 * anything more is answered with 401. Which names a gateway wants is up to its maker.
 */
const FORMS = {
  /** What every gateway sends and hostapd, Aruba, Ruckus and UniFi look for first. */
  station: (target, spelling) => disconnect(nas(target), station(target, spelling)),
  /** For who tells sessions of one device apart. */
  session: (target, spelling) =>
    disconnect(
      nas(target),
      one(target, ATTRIBUTE['Acct-Session-Id']),
      user(target),
      station(target, spelling),
    ),
  user: (target) => disconnect(nas(target), user(target)),
  /** MikroTik's hotspot, where a user has many sessions. */
  address: (target) =>
    disconnect(nas(target), user(target), one(target, ATTRIBUTE['Framed-IP-Address'])),
  /** Aruba's switches: NAS-Port, and never NAS-Port-Id. */
  port: (target, spelling) =>
    disconnect(nas(target), one(target, ATTRIBUTE['NAS-Port']), station(target, spelling)),
  /** Without the gateway's own name, where what it calls itself is not what it answers to (403). */
  bare: (target, spelling) => disconnect(station(target, spelling)),
  'cisco-session': (target, spelling) =>
    disconnect(nas(target), auditSession(target), station(target, spelling)),
  /** The device is asked again who it is, and then rejected. */
  'cisco-reauthenticate': (target, spelling) => {
    const about = disconnect(nas(target), station(target, spelling))
    if (about === null) return null
    return {
      code: CODE['CoA-Request'],
      attributes: [
        ...about.attributes,
        ...(auditSession(target) ?? []),
        ciscoPair('subscriber:command=reauthenticate'),
        ciscoPair('subscriber:reauthenticate-type=last'),
      ],
    }
  },
} as const satisfies Readonly<Record<string, Form>>

export type FormName = keyof typeof FORMS

/** In the order in which each maker's gateways are asked. */
const LADDERS: Readonly<Record<GatewayVendor, readonly FormName[]>> = {
  standard: ['station', 'session', 'user', 'bare'],
  aruba: ['station', 'port', 'user', 'bare'],
  cisco: ['cisco-session', 'session', 'station', 'cisco-reauthenticate', 'bare'],
  coovachilli: ['session', 'user', 'bare'],
  meraki: ['cisco-session', 'station', 'session', 'cisco-reauthenticate', 'bare'],
  mikrotik: ['session', 'address', 'user', 'station', 'bare'],
  // Acct-Session-Id makes it fail.
  ruckus: ['station', 'user', 'bare'],
  unifi: ['station', 'session', 'bare'],
}

const hyphens: Spelling = (mac) => mac.replaceAll(':', '-').toUpperCase()

/** How each spells an address, for devices of which nothing was seen. */
const SPELLINGS: Readonly<Record<GatewayVendor, Spelling>> = {
  standard: hyphens,
  aruba: (mac) => mac.replaceAll(':', ''),
  cisco: hyphens,
  coovachilli: hyphens,
  meraki: hyphens,
  mikrotik: (mac) => mac.toUpperCase(),
  ruckus: hyphens,
  unifi: hyphens,
}

export interface Rung extends FormRequest {
  readonly form: FormName
}

/** What to try, one after the other: `first` is the form that this gateway took last time. */
export function ladderOf(
  vendor: GatewayVendor,
  target: Target,
  first: string | null,
): readonly Rung[] {
  const ladder = LADDERS[vendor]
  const known = ladder.find((form) => form === first)
  const order = known === undefined ? ladder : [known, ...ladder.filter((form) => form !== known)]
  const rungs: Rung[] = []
  for (const form of order) {
    const request = FORMS[form](target, SPELLINGS[vendor])
    // Where little is known, two forms may come to the same.
    if (request === null || rungs.some((rung) => isSame(rung, request))) continue
    rungs.push({ form, ...request })
  }
  return rungs
}

function isSame(a: FormRequest, b: FormRequest): boolean {
  const text = ({ code, attributes }: FormRequest): string =>
    `${code} ${attributes.map(({ type, value }) => `${type}:${Buffer.from(value).toString('hex')}`).join()}`
  return text(a) === text(b)
}

/** Null if any part is not known. */
function disconnect(...parts: readonly (readonly Attribute[] | null)[]): FormRequest | null {
  const attributes: Attribute[] = []
  for (const part of parts) {
    if (part === null) return null
    attributes.push(...part)
  }
  return { code: CODE['Disconnect-Request'], attributes }
}

/** As it named itself; nothing where it is not known, since a wrong name is refused (403). */
function nas({ seen }: Target): readonly Attribute[] {
  return NAS.flatMap((type) => {
    const value = seen?.attributes.get(type)
    return value === undefined ? [] : [{ type, value }]
  })
}

function one({ seen }: Target, type: number): readonly Attribute[] | null {
  const value = seen?.attributes.get(type)
  return value === undefined ? null : [{ type, value }]
}

function station(target: Target, spelling: Spelling): readonly Attribute[] | null {
  const type = ATTRIBUTE['Calling-Station-Id']
  const spelled = one(target, type)
  if (spelled !== null || target.mac === null) return spelled
  return [textAttribute(type, spelling(target.mac))]
}

function user(target: Target): readonly Attribute[] | null {
  const type = ATTRIBUTE['User-Name']
  const spelled = one(target, type)
  if (spelled !== null) return spelled
  return target.account === null ? null : [textAttribute(type, target.account)]
}

function auditSession({ seen }: Target): readonly Attribute[] | null {
  const value = seen?.auditSession ?? null
  return value === null ? null : [{ type: ATTRIBUTE['Vendor-Specific'], value }]
}

function ciscoPair(text: string): Attribute {
  return vendorAttribute(CISCO.vendor, CISCO['Cisco-AVPair'], Buffer.from(text, 'latin1'))
}
