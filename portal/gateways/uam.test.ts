import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { entryPath } from '#db/gateway-entry.ts'
import { GENERIC } from '../portal-fixture.ts'
import type { PortalGateway } from './gateway.ts'
import { CONNECTED, conforms, deviceOf, opening, visit } from './testing/conformance.ts'
import { CREDENTIAL, scriptedWorld } from './testing/scripted-world.ts'
import { chapResponse, coovachilli, maskedPassword, secretChallenge, uspot } from './uam.ts'

const VECTOR = z
  .object({
    challenge: z.string(),
    secret: z.string(),
    password: z.string(),
    secretChallenge: z.string(),
    chap: z.string(),
    pap: z.record(z.string(), z.string()),
    address: z.string(),
  })
  .parse(
    JSON.parse(
      readFileSync(new URL('../../test/vectors/gateways/uam.json', import.meta.url), 'utf8'),
    ),
  )

function gatewayOf(kind: 'coovachilli' | 'uspot', method: 'chap' | 'pap' = 'chap'): PortalGateway {
  return { ...GENERIC, kind, settings: { uam: { secret: VECTOR.secret, method } } }
}

type Change = Partial<Record<'mac' | 'ip' | 'origin', string>>

/** As the gateway writes and signs it; `edit` changes the address before it is signed. */
function link(
  { mac = '02-AC-C0-E1-00-01', ip = '192.168.77.9', origin = 'http://example.com/' }: Change = {},
  edit: (address: string) => string = (address) => address,
): string {
  const address = edit(
    `http://portal.test${entryPath(GENERIC)}?res=notyet&uamip=192.168.77.1&uamport=3990&challenge=${VECTOR.challenge}&called=AA-BB-CC-DD-EE-FF&mac=${encodeURIComponent(mac)}&ip=${ip}&nasid=site1&userurl=${encodeURIComponent(origin)}`,
  )
  const md = createHash('md5').update(address).update(VECTOR.secret).digest('hex').toUpperCase()
  return `${address}&md=${md}`
}

describe('the golden vectors', () => {
  test('of the challenge, CHAP and PAP', () => {
    const { challenge, secret, password } = VECTOR
    expect(secretChallenge(challenge, secret).toString('hex')).toBe(VECTOR.secretChallenge)
    expect(chapResponse(challenge, secret, password)).toBe(VECTOR.chap)
    for (const [clear, masked] of Object.entries(VECTOR.pap))
      expect(maskedPassword(challenge, secret, clear)).toBe(masked)
  })

  test('of the signature, which holds for the address and no other', () => {
    const gateway = gatewayOf('coovachilli')
    const outcome = (address: string): string =>
      coovachilli.receive(visit(address, [gateway], { named: gateway, address })).outcome
    expect(outcome(VECTOR.address)).toBe('device')
    expect(outcome(VECTOR.address.replace('&ip=10.1.0.5', '&ip=10.1.0.6'))).toBe('refused')
  })
})

describe.each([
  ['coovachilli', coovachilli],
  ['uspot', uspot],
] as const)('UAM of %s', (kind, adapter) => {
  const gateway = gatewayOf(kind)
  const receive = (address: string, named = gateway) =>
    adapter.receive(visit(address, [named], { named }))

  conforms({
    adapter,
    gateway,
    named: true,
    link,
    forged: {
      'MAC address': () => link().replace('02-AC-C0-E1-00-01', '02-AC-C0-E1-00-99'),
      place: () => link().replace('nasid=site1', 'nasid=site2'),
      gateway: () => link().replace('uamip=192.168.77.1', 'uamip=192.168.77.2'),
      md: () => link().replace(/md=.*/, `md=${'0'.repeat(32)}`),
      'missing md': () => link().replace(/&md=.*/, ''),
      'second md': () => `${link()}&md=${'0'.repeat(32)}`,
    },
    elsewhere: {
      // Who knows the secret is the gateway: even it sends nobody out of the place.
      uamip: () => link({}, (address) => address.replace('192.168.77.1', '203.0.113.9')),
      userurl: () => link({ origin: 'https://evil.example/' }),
    },
    opensAt: /^http:\/\/192\.168\.77\.1:3990\/logon\?/,
  })

  test('opens by a password for one use, of this device, shown by its digest', async () => {
    const world = scriptedWorld()
    const device = deviceOf(receive(link()))
    const release = await adapter.release(device, opening(world))
    if (release.outcome !== 'go') throw new Error(release.outcome)
    const { searchParams } = new URL(release.location)
    expect(Object.fromEntries(searchParams)).toEqual({
      username: CREDENTIAL.name,
      response: VECTOR.chap,
      userurl: CONNECTED.url,
    })
    expect(world.credentials).toMatchObject([{ gateway: 'gw-0042', mac: '02:ac:c0:e1:00:01' }])
  })

  test('opens by the masked password where it is declared so', async () => {
    const pap = gatewayOf(kind, 'pap')
    const release = await adapter.release(deviceOf(receive(link(), pap)), opening())
    if (release.outcome !== 'go') throw new Error(release.outcome)
    const { searchParams } = new URL(release.location)
    expect(searchParams.get('password')).toBe(VECTOR.pap[VECTOR.password])
    expect(searchParams.has('response')).toBe(false)
  })

  test('takes an address that was signed as HTML writes it', () => {
    const html = link({}, (address) => address.replaceAll('&', '&amp;')).replaceAll('&amp;', '&')
    expect(receive(html).outcome).toBe('device')
  })

  test('keeps its signature when the person changes the language', () => {
    expect(receive(`${link()}&lang=en`).outcome).toBe('device')
    expect(receive(`${link()}&lang=en&mac=x`).outcome).toBe('refused')
  })

  test.each([
    ['success', 'already-connected'],
    ['already', 'already-connected'],
    ['reject', 'refused'],
    ['failed', 'refused'],
    ['logoff', 'device'],
  ])('after %s is %s', (result, outcome) => {
    const address = link({}, (one) => one.replace('res=notyet', `res=${result}`))
    expect(receive(address).outcome).toBe(outcome)
  })

  test('without the challenge of its kind is refused', () => {
    const address = link({}, (one) => one.replace(VECTOR.challenge, 'short'))
    expect(receive(address)).toEqual({ outcome: 'refused', reason: 'malformed' })
  })
})
