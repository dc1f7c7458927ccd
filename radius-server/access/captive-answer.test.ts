import { beforeEach, describe, expect, test } from 'vitest'
import { readCaptiveLink } from '#db/captive-link.ts'
import { ATTRIBUTE, CODE } from '../dictionary.ts'
import { randomRequest } from '../testing/gateway.ts'
import type { Reply } from '../testing/gateway.ts'
import { createTestServer, gateway } from '../testing/server.ts'
import type { TestServer } from '../testing/server.ts'

const MAC = '02:ac:c0:e1:00:01'

let server: TestServer
beforeEach(async () => {
  server = await createTestServer()
})

function ask(): Promise<Reply | null> {
  const request = randomRequest({
    code: CODE['Access-Request'],
    attributes: [
      [ATTRIBUTE['User-Name'], '02acc0e10001'],
      [ATTRIBUTE['User-Password'], '02acc0e10001'],
      [ATTRIBUTE['Calling-Station-Id'], '02-AC-C0-E1-00-01'],
    ],
  })
  return server.ask('authentication', request)
}

function vendors(reply: Reply | null): readonly string[] {
  return (reply?.attributes ?? [])
    .filter(({ type }) => type === ATTRIBUTE['Vendor-Specific'])
    .map(({ value }) => `${value.readUInt32BE(0)}/${value[4]} ${value.subarray(6).toString()}`)
}

describe('a device that accepted nothing yet', () => {
  test('is led to the portal by a Cisco controller, with a link that only we could write', async () => {
    const cisco = gateway({ kind: 'cisco' })
    server.house.gateways = [cisco]
    server.house.captives.set('gw-0042', 'REDIRECT')
    const reply = await ask()
    expect(reply?.code).toBe(CODE['Access-Accept'])
    expect(reply?.integer(ATTRIBUTE['Session-Timeout'])).toBe(3600)
    const [acl = '', redirect = ''] = vendors(reply)
    expect(acl).toBe('9/1 url-redirect-acl=REDIRECT')
    expect(redirect).toMatch(
      /^9\/1 url-redirect=http:\/\/portal\.test\/guest\/from\/gw-0042\/[0-9a-f]{32}\?mac=/,
    )
    // As the controller sends it on.
    const url = new URL(`${redirect.slice('9/1 url-redirect='.length)}redirect_url=http%3A%2F%2Fx`)
    expect(readCaptiveLink(cisco, url.searchParams, server.house.now)).toEqual({
      ok: true,
      mac: MAC,
      network: 'guest',
    })
    expect(server.metrics.accepts.captive.value).toBe(1)
  })

  test('gets a role and an address from an Aruba controller', async () => {
    server.house.gateways = [gateway({ kind: 'aruba' })]
    server.house.captives.set('gw-0042', 'guest-logon')
    const [role, url] = vendors(await ask())
    expect(role).toBe('14823/1 guest-logon')
    expect(url).toMatch(/^14823\/43 http:\/\/portal\.test\/guest\/from\//)
  })

  test('is rejected where the gateway shows the portal by itself', async () => {
    expect((await ask())?.code).toBe(CODE['Access-Reject'])
  })

  test('is let in like anywhere when it has accepted', async () => {
    server.house.captives.set('gw-0042', 'REDIRECT')
    server.house.grants.set(MAC, server.house.now + 60_000)
    const reply = await ask()
    expect(reply?.code).toBe(CODE['Access-Accept'])
    expect(vendors(reply)).toEqual([])
  })

  test('is rejected rather than sent to half an address', async () => {
    server.house.gateways = [gateway({ kind: 'cisco', name: 'x'.repeat(64) })]
    server.house.captives.set('x'.repeat(64), 'REDIRECT')
    const reply = await ask()
    for (const text of vendors(reply)) expect(text.length).toBeLessThan(256)
  })
})
