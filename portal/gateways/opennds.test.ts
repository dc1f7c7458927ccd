import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { encryptedLink, fasLink, FAS_KEY, GENERIC, HID, OPENNDS } from '../portal-fixture.ts'
import type { Arrival } from './gateway.ts'
import { decodeFas, decryptFas, gatewayName, returnToken } from './fas.ts'
import { opennds } from './opennds.ts'
import { conforms, CONNECTED, deviceOf, opening, visit } from './testing/conformance.ts'
import { scriptedWorld } from './testing/scripted-world.ts'

const VECTOR = z
  .object({
    token: z.string(),
    hid: z.string(),
    faskey: z.string(),
    rhid: z.string(),
    fas: z.string(),
    fields: z.record(z.string(), z.string()),
    gateway: z.string(),
    encrypted: z.record(
      z.string(),
      z.object({ key: z.string(), iv: z.string(), fas: z.string(), hid: z.string() }),
    ),
  })
  .parse(
    JSON.parse(
      readFileSync(new URL('../../test/vectors/gateways/opennds.json', import.meta.url), 'utf8'),
    ),
  )

function receive(link: string, gateway = OPENNDS): Arrival {
  const query = new URL(link, 'http://portal.test').searchParams
  return opennds.receive(visit(query, [gateway]))
}

const refusal = (reason: string) => ({ outcome: 'refused', reason })

describe('the golden vector', () => {
  test('has the hash of its token', () => {
    expect(createHash('sha256').update(VECTOR.token).digest('hex')).toBe(VECTOR.hid)
  })

  test('gives the return token', () => {
    expect(returnToken(VECTOR.hid, VECTOR.faskey)).toBe(VECTOR.rhid)
  })

  test('decodes to its fields, percent-encoding untouched', () => {
    expect(Object.fromEntries(decodeFas(VECTOR.fas) ?? [])).toMatchObject(VECTOR.fields)
  })

  test('names its gateway without what openNDS appends', () => {
    expect(gatewayName(VECTOR.fields['gatewayname'] ?? '')).toBe(VECTOR.gateway)
  })
})

describe('a link of openNDS at level 1', () => {
  test('tells device and gateway', () => {
    expect(deviceOf(receive(fasLink()))).toEqual({
      gateway: OPENNDS,
      mac: 'aa:bb:cc:dd:ee:ff',
      ip: '192.168.77.9',
      software: 'openNDS-10.3.0',
      returnData: { hid: HID, gatewayAddress: '192.168.77.1:2050' },
    })
  })

  test('is read where + became a space on its way', () => {
    const spaced = fasLink({ themespec: '>>>???' }).replaceAll('%2B', '+')
    expect(spaced).toContain('+')
    expect(receive(spaced).outcome).toBe('device')
  })

  test('cannot be changed by custom parameters that stand last', () => {
    const link = fasLink({}, 'gatewayaddress=10.9.9.9:80, clientmac=00:00:00:00:00:01, ')
    expect(deviceOf(receive(link)).returnData['gatewayAddress']).toBe('192.168.77.1:2050')
  })

  test.each(['203.0.113.5:2050', 'evil.example:2050', '192.168.77.1', '192.168.77.1:0', ''])(
    'that names %j as its gateway is refused: we redirect to no other host',
    (gatewayaddress) => {
      expect(receive(fasLink({ gatewayaddress }))).toEqual(refusal('malformed'))
    },
  )

  test.each(['192.168.77.1:2050/@evil.example', 'user@192.168.77.1:2050', '192.168.77.1:2050#'])(
    'that hides another host in %j is refused',
    (gatewayaddress) => {
      expect(receive(fasLink({ gatewayaddress }))).toEqual(refusal('malformed'))
    },
  )

  test.each([
    ['hid', 'short'],
    ['clientmac', 'nonsense'],
    ['clientip', '1.2.3'],
  ])('with a broken %s is refused', (name, value) => {
    expect(receive(fasLink({ [name]: value }))).toEqual(refusal('malformed'))
  })

  test.each(['', '!!!', 'a'.repeat(7_000)])('with an unreadable fas is refused', (fas) => {
    expect(receive(`/guest?fas=${fas}`)).toEqual(refusal('malformed'))
  })

  test('of a gateway that is not declared is refused', () => {
    expect(receive(fasLink({ gatewayname: 'elsewhere' }))).toEqual(refusal('unknown-gateway'))
  })

  test('is not taken from a gateway of another kind', () => {
    expect(receive(fasLink({ gatewayname: 'gw-0042' }), GENERIC)).toEqual(refusal('wrong-kind'))
  })

  test('from a gateway declared with another level is refused', () => {
    const gateway = { ...OPENNDS, fas: { level: 3, key: FAS_KEY } }
    expect(receive(fasLink(), gateway)).toEqual(refusal('unsupported-level'))
  })

  test.each(['/guest?fas=abcd&iv=0123456789abcdef', '/guest?authaction=http://192.168.77.1/'])(
    'of another level is refused: %s',
    (link) => {
      expect(receive(link)).toEqual(refusal('unsupported-level'))
    },
  )

  test('of a phone that is already in is known, inside fas or beside it', () => {
    const inside = fasLink({}, 'status=authenticated, ')
    expect(receive(inside)).toEqual({ outcome: 'already-connected' })
    expect(receive('/guest?clientip=192.168.77.9&status=authenticated')).toEqual({
      outcome: 'already-connected',
    })
  })
})

describe('the name of a gateway', () => {
  test.each([
    ['nds-0042', 'nds-0042'],
    ['nds-0042%20Node%3a0a1b2c3d4e5f%20', 'nds-0042'],
    ['nds-0042 Node:0a:1b:2c:3d:4e:5f', 'nds-0042'],
    ['Centre%20Nation', 'Centre Nation'],
    ['100%', '100%'],
  ])('in %j is %j', (sent, name) => {
    expect(gatewayName(sent)).toBe(name)
  })
})

describe('release', () => {
  test('sends the browser to the gateway with the return token and our last page', async () => {
    expect(await opennds.release(deviceOf(receive(fasLink())), opening())).toEqual({
      outcome: 'go',
      location: `http://192.168.77.1:2050/opennds_auth/?tok=${VECTOR.rhid}&redir=${encodeURIComponent(CONNECTED.url)}&custom=bmE=`,
    })
  })

  test('writes an IPv6 gateway in brackets', async () => {
    const device = deviceOf(receive(fasLink({ gatewayaddress: '[fd00::1]:2050' })))
    expect(await opennds.release(device, opening())).toMatchObject({
      location: expect.stringMatching(/^http:\/\/\[fd00::1\]:2050\/opennds_auth\//),
    })
  })
})

const LEVEL = (level: number) => ({ ...OPENNDS, fas: { level, key: FAS_KEY } })
const elsewhere = { gatewayaddress: () => fasLink({ gatewayaddress: '203.0.113.9:2050' }) }
const change = ({ mac, ip, origin }: Partial<Record<'mac' | 'ip' | 'origin', string>> = {}) => ({
  ...(mac === undefined ? {} : { clientmac: mac }),
  ...(ip === undefined ? {} : { clientip: ip }),
  ...(origin === undefined ? {} : { originurl: encodeURIComponent(origin) }),
})

conforms({
  adapter: opennds,
  gateway: LEVEL(1),
  named: false,
  link: (values) => fasLink(change(values)),
  forged: { hid: () => fasLink({ hid: 'f00' }), place: () => fasLink({ gatewayname: 'gw-9999' }) },
  elsewhere,
  opensAt: /^http:\/\/192\.168\.77\.1:2050\/opennds_auth\/\?tok=/,
})

describe.each([2, 3, 4])('openNDS at level %i', (level) => {
  const gateway = LEVEL(level)
  const link = (values = {}): string =>
    level === 4 ? fasLink(change(values)) : encryptedLink(change(values), FAS_KEY)

  conforms({
    adapter: opennds,
    gateway,
    named: true,
    link,
    forged: {
      hid: () => (level === 4 ? fasLink({ hid: 'f00' }) : encryptedLink({ hid: 'f00' }, FAS_KEY)),
      ...(level === 4 ? {} : { key: () => encryptedLink({}, 'another-key') }),
    },
    opensAt: level === 2 ? /^http:\/\/192\.168\.77\.1:2050\// : /^\/guest\/connected/,
  })

  test('is refused on the path that all share', () => {
    const arrival = opennds.receive(visit(link(), [gateway]))
    expect(arrival).toEqual(refusal('unsupported-level'))
  })

  test('is not taken in the form of another level', () => {
    const other = level === 4 ? encryptedLink({}, FAS_KEY) : fasLink()
    const arrival = opennds.receive(visit(other, [gateway], { named: gateway }))
    expect(arrival).toEqual(refusal('unsupported-level'))
  })

  test('opens by a redirect below level 3, and by a line for the next poll from there', async () => {
    const world = scriptedWorld()
    const device = deviceOf(opennds.receive(visit(link(), [gateway], { named: gateway })))
    const release = await opennds.release(device, opening(world))
    if (level === 2) return expect(release).toMatchObject({ outcome: 'go' })
    expect(release).toEqual({ outcome: 'wait', id: 'poll:1' })
    expect(world.openings).toEqual([
      { gateway: 'nds-0042', key: VECTOR.rhid, line: `${VECTOR.rhid} 60 0 0 0 0 bmE=` },
    ])
  })
})

test('a session at a gateway that polls is never as long as it likes, which 0 would be', async () => {
  const gateway = LEVEL(4)
  const world = scriptedWorld()
  const device = deviceOf(opennds.receive(visit(fasLink(), [gateway], { named: gateway })))
  const given = opening(world)
  await opennds.release(device, { ...given, until: given.now })
  expect(world.openings[0]?.line).toBe(`${VECTOR.rhid} 1 0 0 0 0 bmE=`)
})

test('level 0 names no device, and is refused', () => {
  const link =
    '/guest?authaction=http://192.168.77.1:2050/opennds_auth/?clientip=192.168.77.9&tok=1234abcd'
  expect(receive(link, LEVEL(0))).toEqual(refusal('unsupported-level'))
})

describe('what PHP encrypts', () => {
  test.each(Object.entries(VECTOR.encrypted))('with %s decrypts', (_, { key, iv, fas, hid }) => {
    expect(decryptFas(fas, iv, key)?.get('hid')).toBe(hid)
  })

  test('with one octet changed, another key or a broken iv, does not', () => {
    const [one] = Object.values(VECTOR.encrypted)
    if (one === undefined) throw new Error('no vector')
    const { key, iv, fas } = one
    expect(decryptFas(fas, iv, `${key}!`)?.get('hid')).toBeUndefined()
    expect(decryptFas(fas.slice(0, -8), iv, key)?.get('clientmac')).toBeUndefined()
    for (const broken of ['', 'short', 'ÿ'.repeat(16)])
      expect(decryptFas(fas, broken, key)).toBeNull()
  })
})
