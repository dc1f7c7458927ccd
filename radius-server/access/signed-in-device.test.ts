import { beforeEach, describe, expect, test } from 'vitest'
import { parseMac } from '#core/mac.ts'
import type { Mac } from '#core/mac.ts'
import { readCaptiveLink } from '#db/captive-link.ts'
import type { CaptiveNetwork } from '#db/sites.ts'
import { ATTRIBUTE, CODE } from '../dictionary.ts'
import { randomRequest } from '../testing/gateway.ts'
import type { Reply } from '../testing/gateway.ts'
import { createTestServer, gateway, network, policy } from '../testing/server.ts'
import type { TestServer } from '../testing/server.ts'

const MAC = parseMac('00:1b:21:00:00:07') as Mac
const HOUR_MS = 3_600_000
let server: TestServer

const captive: CaptiveNetwork = {
  ...{ ssid: 'Restos-Sign-In', gateways: [], grantSeconds: 43_200, randomMacSeconds: 14_400 },
  network: network('staff', { vlan: 40 }),
}

beforeEach(async () => {
  server = await createTestServer()
  server.house.gateways = [gateway({ staff: network('staff', { captive }) })]
})

function ask(ssid: string | null = 'Restos-Sign-In'): Promise<Reply | null> {
  const called = ssid === null ? '00-10-A4-23-19-C0' : `00-10-A4-23-19-C0:${ssid}`
  return server.ask(
    'authentication',
    randomRequest({
      code: CODE['Access-Request'],
      attributes: [
        [ATTRIBUTE['User-Name'], '001b21000007'],
        [ATTRIBUTE['User-Password'], '001b21000007'],
        [ATTRIBUTE['Calling-Station-Id'], '00-1B-21-00-00-07'],
        [ATTRIBUTE['Called-Station-Id'], called],
      ],
    }),
  )
}

function signIn(account = 'bob', untilMs = HOUR_MS): void {
  const { now } = server.house
  server.house.internalGrants.set(MAC, {
    ...{ mac: MAC, account, how: 'local', site: '75-0042' },
    ...{ grantedAt: new Date(now), until: new Date(now + untilMs) },
  })
}

const vlanOf = (reply: Reply | null): string | undefined =>
  reply?.attributes
    .find(({ type }) => type === ATTRIBUTE['Tunnel-Private-Group-Id'])
    ?.value.toString('utf8')
    .replace('\u0000', '')

describe('a device that its owner signed in for', () => {
  test('comes in by its address, as its owner, for what is left, on the VLAN of such devices', async () => {
    signIn()
    const reply = await ask()
    expect(reply?.code).toBe(CODE['Access-Accept'])
    expect(vlanOf(reply)).toBe('40')
    expect(reply?.integer(ATTRIBUTE['Session-Timeout'])).toBe(3600)
    expect(reply?.text(ATTRIBUTE['User-Name'])).toBe('bob')
    expect(server.metrics.accepts['mac-sign-in'].value).toBe(1)
    await server.traces.flush()
    expect(server.house.logins).toMatchObject([
      { account: 'bob', network: 'staff', method: 'mac-sign-in', mac: MAC, vlan: '40' },
    ])
  })

  test('is refused once its owner is switched off, and once the account is gone', async () => {
    signIn('helene')
    server.house.people.set('helene', { off: null, groups: ['staff'] })
    expect((await ask())?.code).toBe(CODE['Access-Accept'])
    server.house.people.set('helene', { off: 'scim-inactive', groups: [] })
    expect((await ask())?.code).toBe(CODE['Access-Reject'])
    expect(server.metrics.rejects['scim-inactive'].value).toBe(1)
    server.house.people.delete('helene')
    expect((await ask())?.code).toBe(CODE['Access-Reject'])
    expect(server.metrics.rejects['unknown-account'].value).toBe(1)
  })

  test('gets what the policy says of such a proof, and of another policy never the VLAN', async () => {
    signIn()
    server.house.policies = [policy('staff', { groups: ['staff'], vlan: 30, sessionSeconds: 60 })]
    expect(vlanOf(await ask())).toBe('40')
    expect((await ask())?.integer(ATTRIBUTE['Session-Timeout'])).toBe(60)
    server.house.policies = [policy('tablets', { proofs: ['mac'], network: 'staff', vlan: 41 })]
    expect(vlanOf(await ask())).toBe('41')
    server.house.policies = [policy('nobody', { network: 'staff', proofs: ['mac'], refusal: 'No' })]
    expect((await ask())?.code).toBe(CODE['Access-Reject'])
    expect(server.metrics.rejects['refused-by-policy'].value).toBe(1)
  })

  test('asked of the database alone is known a moment after the sign-in', async () => {
    signIn()
    const grant = server.house.internalGrants.get(MAC)
    server.house.internalGrants.clear()
    server.house.findInternalGrant = () => Promise.resolve(grant ?? null)
    expect((await ask())?.code).toBe(CODE['Access-Accept'])
    server.house.findInternalGrant = () => Promise.reject(new Error('connection refused'))
    expect((await ask())?.code).toBe(CODE['Access-Reject'])
    expect(server.metrics.rejects['grants-unavailable'].value).toBe(1)
  })
})

describe('a device that nobody signed in for', () => {
  test('is rejected where the gateway shows the page, also if it accepted the terms of guests', async () => {
    server.house.grants.set(MAC, server.house.now + HOUR_MS)
    expect((await ask())?.code).toBe(CODE['Access-Reject'])
    expect(server.metrics.rejects['no-grant'].value).toBe(1)
  })

  test('is led to the page by a controller, on the internal network and as nobody', async () => {
    const cisco = gateway({ kind: 'cisco', staff: network('staff', { captive }) })
    server.house.gateways = [cisco]
    server.house.captives.set('gw-0042', 'REDIRECT')
    const reply = await ask()
    expect(reply?.code).toBe(CODE['Access-Accept'])
    const redirect = reply?.attributes
      .map(({ value }) => value.subarray(6).toString())
      .find((text) => text.startsWith('url-redirect='))
    const { searchParams } = new URL(redirect?.slice('url-redirect='.length) ?? '')
    expect(readCaptiveLink(cisco, searchParams, server.house.now)).toMatchObject({
      ok: true,
      network: 'staff',
    })
    searchParams.delete('n')
    expect(readCaptiveLink(cisco, searchParams, server.house.now)).toMatchObject({ ok: false })
    // Of the internal network, and nobody's.
    expect(reply?.text(ATTRIBUTE.Class)).toBe('acc1:staff:')
  })
})

describe('which network a device asks for', () => {
  test('is said by its name: any other is the guests’', async () => {
    signIn()
    expect((await ask('Restos-Invites'))?.code).toBe(CODE['Access-Reject'])
    expect((await ask(null))?.code).toBe(CODE['Access-Reject'])
  })

  test('is said by the gateway, where that serves no other', async () => {
    const own = { ...captive, ssid: null, gateways: ['gw-0042'] }
    server.house.gateways = [gateway({ staff: network('staff', { captive: own }) })]
    signIn()
    expect((await ask(null))?.code).toBe(CODE['Access-Accept'])
  })

  test('where no internal network allows it, is the guests’', async () => {
    server.house.gateways = [gateway()]
    signIn()
    expect((await ask())?.code).toBe(CODE['Access-Reject'])
  })
})
