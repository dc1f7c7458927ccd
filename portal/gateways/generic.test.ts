import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { GENERIC, NOW, OPENNDS, signedLink } from '../portal-fixture.ts'
import type { Arrival } from './gateway.ts'
import { conforms, deviceOf, opening, visit } from './testing/conformance.ts'
import { scriptedWorld } from './testing/scripted-world.ts'
import { generic } from './generic.ts'

const VECTOR = z
  .object({
    secret: z.string(),
    gateway: z.string(),
    mac: z.string(),
    ip: z.string(),
    t: z.string(),
    sig: z.string(),
  })
  .parse(
    JSON.parse(
      readFileSync(new URL('../../test/vectors/gateways/generic.json', import.meta.url), 'utf8'),
    ),
  )

function receive(link: string, now = NOW, gateway = GENERIC): Arrival {
  const query = new URL(link, 'http://portal.test').searchParams
  return generic.receive(visit(query, [gateway], { now }))
}

const refusal = (reason: string) => ({ outcome: 'refused', reason })
const FORGED = { ...refusal('bad-signature'), forged: 'gw-0042' }

describe('a link of a generic gateway', () => {
  test('made elsewhere by the written rule is believed', () => {
    const { secret, ...query } = VECTOR
    const link = `/guest?${new URLSearchParams(query).toString()}`
    expect(receive(link, NOW, { ...GENERIC, secret })).toMatchObject({
      outcome: 'device',
      device: { mac: 'aa:bb:cc:dd:ee:ff', ip: '192.168.77.9' },
    })
  })

  test('is believed with the secret before too, until its time is over', () => {
    const changed = { ...GENERIC, secret: 'another-secret' }
    const until = NOW + 1000
    expect(receive(signedLink(), NOW, changed)).toEqual(FORGED)
    const rotating = { ...changed, formerSecret: { secret: GENERIC.secret, until } }
    expect(receive(signedLink(), NOW, rotating).outcome).toBe('device')
    expect(receive(signedLink(), until, rotating)).toEqual(FORGED)
    const other = { ...changed, formerSecret: { secret: 'a third secret', until } }
    expect(receive(signedLink(), NOW, other)).toEqual(FORGED)
  })

  test('tells device and gateway, in canonical form', () => {
    const arrival = receive(signedLink({ mac: 'aabb.ccdd.eeff', ip: '2001:DB8:0::1' }))
    expect(arrival).toEqual({
      outcome: 'device',
      device: { gateway: GENERIC, mac: 'aa:bb:cc:dd:ee:ff', ip: '2001:db8::1', returnData: {} },
    })
  })

  test('may carry its signature in capitals', () => {
    const link = signedLink().replace(/sig=.*/, (sig) => `sig=${sig.slice(4).toUpperCase()}`)
    expect(receive(link).outcome).toBe('device')
  })

  test.each(['gateway', 'mac', 'ip', 't', 'sig'])('without %s is refused', (name) => {
    const url = new URL(signedLink(), 'http://portal.test')
    url.searchParams.delete(name)
    expect(receive(url.href)).toEqual(refusal('malformed'))
  })

  test.each([
    ['mac', 'AA-BB-CC-DD-EE-00'],
    ['ip', '192.168.77.10'],
    ['t', String(NOW / 1000 + 1)],
  ])('altered in %s is refused', (name, value) => {
    const url = new URL(signedLink(), 'http://portal.test')
    url.searchParams.set(name, value)
    expect(receive(url.href)).toEqual(FORGED)
  })

  test('signed with another secret is refused', () => {
    expect(receive(signedLink({}, 'wrong'))).toEqual(FORGED)
  })

  test('cannot move a line from one value to another', () => {
    const url = new URL(signedLink({ mac: 'x\ny' }), 'http://portal.test')
    expect(receive(url.href)).toEqual(refusal('malformed'))
  })

  test('is good for ten minutes, and not a second longer', () => {
    expect(receive(signedLink(), NOW + 600_000).outcome).toBe('device')
    expect(receive(signedLink(), NOW + 601_000)).toEqual(refusal('link-expired'))
  })

  test('from a clock that is more than ten minutes ahead is refused', () => {
    expect(receive(signedLink(), NOW - 600_000).outcome).toBe('device')
    expect(receive(signedLink(), NOW - 601_000)).toEqual(refusal('clock-ahead'))
  })

  test('of a gateway that is not declared is refused', () => {
    expect(receive(signedLink({ gateway: 'gw-9999' }))).toEqual(refusal('unknown-gateway'))
  })

  test('is not taken from a gateway of another kind', () => {
    const link = signedLink({ gateway: 'nds-0042' })
    expect(receive(link, NOW, OPENNDS)).toEqual(refusal('wrong-kind'))
  })

  test('from a place without guest network is refused', () => {
    expect(receive(signedLink(), NOW, { ...GENERIC, guest: null })).toEqual(
      refusal('no-guest-network'),
    )
  })

  test('signed, yet with a MAC or address that is none, is refused', () => {
    expect(receive(signedLink({ mac: 'nonsense' }))).toEqual(refusal('malformed'))
    expect(receive(signedLink({ ip: '300.1.1.1' }))).toEqual(refusal('malformed'))
  })
})

const altered = (name: string, value: string) => () => {
  const url = new URL(signedLink(), 'http://portal.test')
  url.searchParams.set(name, value)
  return `${url.pathname}${url.search}`
}

conforms({
  adapter: generic,
  gateway: GENERIC,
  named: false,
  link: ({ origin, ...signed } = {}) =>
    `${signedLink(signed)}${origin === undefined ? '' : `&url=${encodeURIComponent(origin)}`}`,
  forged: {
    'MAC address': altered('mac', '02-00-00-00-00-99'),
    place: altered('gateway', 'gw-9999'),
    signature: altered('sig', 'f'.repeat(64)),
    time: altered('t', '0'),
  },
  elsewhere: { url: () => `${signedLink()}&url=https%3A%2F%2Fevil.example%2F` },
  opensAt: /^\/guest\/connected/,
})

test('a gateway that takes requests is made to ask again, and waited for', async () => {
  const coa = { port: 3799, secret: 'testing123', formerSecret: null }
  const world = scriptedWorld()
  const device = deviceOf(receive(signedLink(), NOW, { ...GENERIC, coa }))
  expect(await generic.release(device, opening(world))).toEqual({ outcome: 'wait', id: 'asked:1' })
  expect(world.asked).toEqual([{ gateway: 'gw-0042', mac: 'aa:bb:cc:dd:ee:ff', form: null }])
})
