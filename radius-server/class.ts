import type { NetworkKind } from '#db/sites.ts'
import { decodeText, textAttribute } from './attributes.ts'
import type { Attribute } from './attributes.ts'
import { ATTRIBUTE } from './dictionary.ts'
import { allAttributes } from './packet.ts'
import type { Packet } from './packet.ts'

/** Marks our Class among others; the digit is the format's version. */
const PREFIX = 'acc1:'

/**
 * What an Access-Accept leaves with the gateway, which sends it back in every accounting packet of
 * the session (RFC 2865 §5.25): which network, and for staff which account, so that the log names
 * the person also where a gateway reports the anonymous outer identity.
 */
export interface SessionClass {
  readonly network: NetworkKind
  readonly account: string | null
}

export function guestClass(): Attribute {
  return textAttribute(ATTRIBUTE.Class, `${PREFIX}guest`)
}

export function staffClass(account: string): Attribute {
  return textAttribute(ATTRIBUTE.Class, `${PREFIX}staff:${account}`)
}

/** `name` is a code, so it has no colon; the owner may. */
export function deviceKeyClass(name: string, owner: string): Attribute {
  return textAttribute(ATTRIBUTE.Class, `${PREFIX}key:${name}:${owner}`)
}

/** The device key of the session, by its name. */
export function readDeviceKeyName(packet: Packet): string | null {
  for (const value of allAttributes(packet, ATTRIBUTE.Class)) {
    const text = decodeText(value)
    if (text?.startsWith(`${PREFIX}key:`) === true) return text.split(':')[2] ?? null
  }
  return null
}

export function isOwnClass(value: Uint8Array): boolean {
  return decodeText(value)?.startsWith(PREFIX) === true
}

/** The first Class of ours in the packet. */
export function readClass(packet: Packet): SessionClass | null {
  for (const value of allAttributes(packet, ATTRIBUTE.Class)) {
    const read = parseClass(value)
    if (read !== null) return read
  }
  return null
}

/** The network that a Class of ours names; null for any other. */
export function networkOfClass(value: Uint8Array): NetworkKind | null {
  return parseClass(value)?.network ?? null
}

function parseClass(value: Uint8Array): SessionClass | null {
  const text = decodeText(value)
  if (text === null || !text.startsWith(PREFIX)) return null
  const [network, ...account] = text.slice(PREFIX.length).split(':')
  if (network === 'guest') return { network, account: null }
  if (network === 'key') return { network: 'staff', account: account.slice(1).join(':') || null }
  return network === 'staff' ? { network, account: account.join(':') || null } : null
}
