import { BoundedMap } from '#core/bounded-map.ts'
import type { Clock } from '#core/clock.ts'
import { parseMac } from '#core/mac.ts'
import type { Mac } from '#core/mac.ts'
import type { SourceAddress } from '#core/udp/source-address.ts'
import { readInteger, readText } from '../attributes.ts'
import { ACCT_STATUS_TYPE, ATTRIBUTE, CISCO } from '../dictionary.ts'
import { allAttributes, firstAttribute } from '../packet.ts'
import type { RadiusRequest } from '../request.ts'

export const LIVE_LIMITS = {
  /** More than are open at once in the first house; one is about a kilobyte. */
  sessions: 50_000,
  /** A gateway that never said that a session ended. */
  lifeMs: 2 * 86_400_000,
  gateways: 8192,
} as const

/** What names a session, and the gateway that has it (RFC 5176 §3), in the gateway's own octets. */
const KEPT = [
  ATTRIBUTE['User-Name'],
  ATTRIBUTE['NAS-IP-Address'],
  ATTRIBUTE['NAS-Port'],
  ATTRIBUTE['Framed-IP-Address'],
  ATTRIBUTE['Calling-Station-Id'],
  ATTRIBUTE['NAS-Identifier'],
  ATTRIBUTE['Acct-Session-Id'],
  ATTRIBUTE['NAS-IPv6-Address'],
] as const

export interface LiveSession {
  /** By type; at most one of each. */
  readonly attributes: ReadonlyMap<number, Uint8Array>
  /** The Vendor-Specific attribute with Cisco's audit-session-id, whole. */
  readonly auditSession: Uint8Array | null
}

/**
 * The sessions that this process has seen, since a gateway wants to hear the name that it gave to one
 * itself, and no other place keeps that. After a restart, and for what other processes saw, there are
 * names that can be worked out.
 */
export interface LiveSessions {
  /** A request that was accepted or recorded. */
  saw(request: RadiusRequest): void
  find(gateway: string, mac: Mac): LiveSession | undefined
  /** Where the packets of a gateway came from last, if it is known by where it sends from. */
  addressOf(gateway: string): SourceAddress | undefined
  readonly size: number
  readonly evicted: number
}

export function createLiveSessions(
  clock: Clock,
  limit: number = LIVE_LIMITS.sessions,
): LiveSessions {
  const sessions = new BoundedMap<string, LiveSession>({
    limit,
    ttlMs: LIVE_LIMITS.lifeMs,
    clock,
  })
  const addresses = new BoundedMap<string, SourceAddress>({ limit: LIVE_LIMITS.gateways, clock })
  return {
    saw(request) {
      const { gateway } = request.client
      if (gateway.coa === null) return
      if (gateway.radsec === null) addresses.set(gateway.name, request.source.address)
      const mac = deviceOf(request)
      if (mac === null) return
      const key = `${gateway.name} ${mac}`
      const status = readInteger(request.packet, ATTRIBUTE['Acct-Status-Type'])
      if (status === ACCT_STATUS_TYPE.Stop) sessions.delete(key)
      else sessions.set(key, sessionOf(request, sessions.get(key)))
    },
    find: (gateway, mac) => sessions.get(`${gateway} ${mac}`),
    addressOf: (gateway) => addresses.get(gateway),
    get size() {
      return sessions.size
    },
    get evicted() {
      return sessions.evicted
    },
  }
}

function deviceOf({ packet }: RadiusRequest): Mac | null {
  for (const type of [ATTRIBUTE['Calling-Station-Id'], ATTRIBUTE['User-Name']]) {
    const text = readText(packet, type)
    const mac = text === null ? null : parseMac(text)
    if (mac !== null) return mac
  }
  return null
}

/** A login names the user and the port, accounting the session: each adds to what the other said. */
function sessionOf(request: RadiusRequest, before: LiveSession | undefined): LiveSession {
  const { packet } = request
  const attributes = new Map(before?.attributes)
  for (const type of KEPT) {
    const value = firstAttribute(packet, type)
    // Copied: a view would hold the whole batch of packets that it came with.
    if (value !== null && value.length > 0) attributes.set(type, Uint8Array.from(value))
  }
  return {
    attributes,
    auditSession: auditSessionOf(request) ?? before?.auditSession ?? null,
  }
}

function auditSessionOf({ packet }: RadiusRequest): Uint8Array | null {
  for (const value of allAttributes(packet, ATTRIBUTE['Vendor-Specific'])) {
    const octets = Buffer.from(value)
    const isAvPair =
      octets.length > 6 &&
      octets.readUInt32BE(0) === CISCO.vendor &&
      octets[4] === CISCO['Cisco-AVPair']
    if (isAvPair && octets.subarray(6).toString('latin1').startsWith('audit-session-id=')) {
      return octets
    }
  }
  return null
}
