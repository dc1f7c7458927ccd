import { createHash } from 'node:crypto'
import { formatAddress, parseAddress } from '#core/ip.ts'
import { parseMac } from '#core/mac.ts'
import type { Mac } from '#core/mac.ts'
import type { Controller } from '#db/gateway-kinds.ts'
import { LIMITS } from '../limits.ts'
import { listOf, textOf } from './controller-answer.ts'
import { refused } from './gateway.ts'
import type { Device, GatewayAdapter, Opening, PortalGateway, Release } from './gateway.ts'
import { localUrl } from './local-address.ts'

/**
 * MikroTik's hotspot: its `login.html` leads to the gateway's path with `mac`, `ip`, `link-login-only`,
 * `chap-id` and `chap-challenge`. The device logs in with a password for one use, which the router has
 * checked by RADIUS; where its REST interface was declared we log it in ourselves.
 */
export const mikrotik: GatewayAdapter = {
  kind: 'mikrotik',
  recognises: () => false,

  receive({ query, named }) {
    if (named === null) return refused('unknown-gateway')
    const mac = parseMac(query.get('mac') ?? '')
    const ip = parseAddress(query.get('ip') ?? '')
    const login = loginPage(named, query.get('link-login-only') ?? '')
    const chapId = query.get('chap-id') ?? ''
    const challenge = query.get('chap-challenge') ?? ''
    const isTooLong = chapId.length > LIMITS.queryValue || challenge.length > LIMITS.queryValue
    if (mac === null || ip === null || login === null || isTooLong) return refused('malformed')
    if (named.guest === null) return refused('no-guest-network')
    const returnData = { login, chapId, challenge }
    return { outcome: 'device', device: { gateway: named, mac, ip: formatAddress(ip), returnData } }
  },

  async confirm({ gateway, mac }, { call }) {
    const { controller } = gateway.settings
    if (controller === undefined) return null
    const path = `/rest/ip/hotspot/host?mac-address=${spelled(mac)}`
    const answer = await call(controller, { method: 'GET', path, headers: basic(controller) })
    if (!answer.ok) return 'gateway-unreachable'
    if (answer.status !== 200) return 'gateway-refused'
    return listOf(answer.json).length === 0 ? 'device-not-seen' : null
  },

  async release(device, opening) {
    const { gateway, mac } = device
    const issue = { gateway: gateway.name, mac, until: opening.until }
    const credential = await opening.world.store.issueCredential(issue)
    const { controller } = gateway.settings
    return controller === undefined
      ? byBrowser(device, opening, credential)
      : byRest(device, opening, controller, credential)
  },

  async revoke({ settings: { controller } }, mac, { call }) {
    if (controller === undefined) return 'no-session'
    const headers = basic(controller)
    const path = `/rest/ip/hotspot/active?mac-address=${spelled(mac)}`
    const found = await call(controller, { method: 'GET', path, headers })
    if (!found.ok) return 'no-answer'
    if (found.status !== 200) return 'refused'
    const ids = listOf(found.json).flatMap((session) => textOf(session, '.id') ?? [])
    for (const id of ids) {
      const one = `/rest/ip/hotspot/active/${encodeURIComponent(id)}`
      const gone = await call(controller, { method: 'DELETE', path: one, headers })
      if (!gone.ok) return 'no-answer'
      if (gone.status >= 300 && gone.status !== 404) return 'refused'
    }
    return ids.length === 0 ? 'no-session' : 'disconnected'
  },

  formAction: ({ settings: { controller, login } }) =>
    controller !== undefined
      ? []
      : ['http:', ...(login === undefined ? [] : [new URL(login).origin])],
}

interface Credential {
  readonly name: string
  readonly password: string
}

function byBrowser(
  { returnData }: Device,
  { connected }: Opening,
  { name, password }: Credential,
): Release {
  const { login, chapId, challenge } = returnData
  if (login === undefined || chapId === undefined || challenge === undefined)
    return refused('bad-ticket')
  const shown = chapId === '' ? password : chapPassword(chapId, password, challenge)
  const query = new URLSearchParams({
    username: name,
    password: shown,
    dst: connected.url,
    popup: 'false',
  })
  return { outcome: 'go', location: `${login}?${query.toString()}` }
}

async function byRest(
  { mac, ip }: Device,
  { connected, world }: Opening,
  controller: Controller,
  { name, password }: Credential,
): Promise<Release> {
  const answer = await world.call(controller, {
    method: 'POST',
    path: '/rest/ip/hotspot/active/login',
    headers: basic(controller),
    body: { user: name, password, 'mac-address': spelled(mac), ip: ip ?? '' },
  })
  if (!answer.ok) return refused('gateway-unreachable')
  if (answer.status >= 300) return refused('gateway-refused')
  return { outcome: 'go', location: connected.path }
}

/** Hex MD5 over identifier, password and challenge, all of them octets. */
export function chapPassword(chapId: string, password: string, challenge: string): string {
  return createHash('md5')
    .update(octets(chapId))
    .update(password)
    .update(octets(challenge))
    .digest('hex')
}

/** The router writes octets as `\ooo`, for a string of JavaScript that is never run here. */
export function octets(text: string): Buffer {
  const plain = text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8) & 0xff),
  )
  return Buffer.from(plain, 'latin1')
}

/** Where the router takes log-ins: the address that was declared, else one of a private network. */
function loginPage({ settings: { login } }: PortalGateway, sent: string): string | null {
  return login ?? localUrl(sent)
}

function spelled(mac: Mac): string {
  return mac.toUpperCase()
}

function basic({ username = '', password = '' }: Controller): Readonly<Record<string, string>> {
  const both = Buffer.from(`${username}:${password}`).toString('base64')
  return { Authorization: `Basic ${both}` }
}
