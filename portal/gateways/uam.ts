import { createHash, timingSafeEqual } from 'node:crypto'
import { formatAddress, parseAddress } from '#core/ip.ts'
import { parseMac } from '#core/mac.ts'
import type { GatewayKind } from '#db/gateways.ts'
import { forgedBy, refused } from './gateway.ts'
import type { Arrival, GatewayAdapter, PortalGateway, Visit } from './gateway.ts'
import { localHost } from './local-address.ts'

/** What the gateway says beside `notyet`: the device is in, or was not let in. */
const IN = new Set(['success', 'already', 'popup1', 'popup2', 'popup3'])
const OUT = new Set(['failed', 'reject', 'timeout'])

/**
 * The universal access method of ChilliSpot: the gateway sends a challenge, and takes a name with a digest
 * or a masked password, which it has checked by RADIUS.
 */
function createUam(kind: Extract<GatewayKind, 'coovachilli' | 'uspot'>): GatewayAdapter {
  return {
    kind,
    // It comes by its own path: its secret must be known before anything of it is believed.
    recognises: () => false,

    receive(visit) {
      const { query, named } = visit
      const uam = named?.settings.uam
      if (named === null || uam === undefined) return refused('unknown-gateway')
      if (!isSigned(visit.address, uam.secret)) return forgedBy('bad-signature', named)
      const result = query.get('res') ?? ''
      if (IN.has(result)) return { outcome: 'already-connected' }
      if (OUT.has(result)) return refused('gateway-refused')
      return deviceOf(named, query)
    },

    confirm: null,

    async release({ gateway, mac, returnData }, { connected, until, world }) {
      const { uam } = gateway.settings
      const { challenge, host } = returnData
      if (uam === undefined || challenge === undefined || host === undefined)
        return refused('bad-ticket')
      const credential = await world.store.issueCredential({ gateway: gateway.name, mac, until })
      const proof =
        uam.method === 'chap'
          ? { response: chapResponse(challenge, uam.secret, credential.password) }
          : { password: maskedPassword(challenge, uam.secret, credential.password) }
      const query = new URLSearchParams({
        username: credential.name,
        ...proof,
        userurl: connected.url,
      })
      return { outcome: 'go', location: `http://${host}/logon?${query.toString()}` }
    },

    revoke: null,
    formAction: () => ['http:'],
  }
}

export const coovachilli = createUam('coovachilli')
export const uspot = createUam('uspot')

function deviceOf(gateway: PortalGateway, query: Visit['query']): Arrival {
  const mac = parseMac(query.get('mac') ?? '')
  const ip = parseAddress(query.get('ip') ?? '')
  const challenge = query.get('challenge') ?? ''
  const host = localHost(`${hostOf(query.get('uamip') ?? '')}:${query.get('uamport') ?? ''}`)
  if (mac === null || host === null || !/^[0-9a-f]{32}$/i.test(challenge))
    return refused('malformed')
  if (gateway.guest === null) return refused('no-guest-network')
  const returnData = { challenge, host }
  return {
    outcome: 'device',
    device: { gateway, mac, ip: ip === null ? null : formatAddress(ip), returnData },
  }
}

function hostOf(ip: string): string {
  return ip.includes(':') ? `[${ip}]` : ip
}

/**
 * `md` is the last parameter: MD5 over the whole address before it and the secret. Some write `&amp;` where
 * they write HTML, and sign that.
 */
function isSigned(address: string, secret: string): boolean {
  const match = /^(.*)&md=([0-9a-f]{32})(?:&lang=[a-z]{2,3})?$/i.exec(address)
  if (match === null) return false
  const [, signed = '', md = ''] = match
  const given = Buffer.from(md, 'hex')
  return [signed, signed.replaceAll('&', '&amp;')].some((text) =>
    timingSafeEqual(md5(text, secret), given),
  )
}

/** The gateway turns its challenge into another that only who knows the secret can. */
export function secretChallenge(challenge: string, secret: string): Buffer {
  return md5(Buffer.from(challenge, 'hex'), secret)
}

/** CHAP (RFC 1994 §4.1) with the identifier 0, which the gateway takes where none is sent. */
export function chapResponse(challenge: string, secret: string, password: string): string {
  return md5(Buffer.of(0), password, secretChallenge(challenge, secret)).toString('hex')
}

export function maskedPassword(challenge: string, secret: string, password: string): string {
  const mask = secretChallenge(challenge, secret)
  const bytes = Buffer.from(password, 'utf8')
  for (const [i, byte] of bytes.entries()) bytes[i] = byte ^ (mask[i % mask.length] ?? 0)
  return bytes.toString('hex')
}

function md5(...parts: readonly (string | Uint8Array)[]): Buffer {
  const hash = createHash('md5')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
