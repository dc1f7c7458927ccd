import fc from 'fast-check'
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { checkAssertion, checkRegistration } from './webauthn.ts'
import type { Expected } from './webauthn.ts'

const EXPECTED: Expected = {
  ...{ rpId: 'wifi.example.org', origin: 'https://wifi.example.org' },
  challenge: Buffer.from('a challenge').toString('base64url'),
}

const sha256 = (text: string | Uint8Array): Buffer => createHash('sha256').update(text).digest()
const hex = (text: string): Buffer => Buffer.from(text, 'hex')
const number = (text = ''): Buffer => Buffer.from(text, 'base64url')

interface Made {
  readonly privateKey: KeyObject
  /** COSE, as CTAP2 writes it. */
  readonly cose: Buffer
}

const KEYS: Readonly<Record<string, () => Made>> = {
  ES256() {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const { x, y } = publicKey.export({ format: 'jwk' })
    const cose = [hex('a5010203262001215820'), number(x), hex('225820'), number(y)]
    return { privateKey, cose: Buffer.concat(cose) }
  },
  EdDSA() {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const { x } = publicKey.export({ format: 'jwk' })
    return { privateKey, cose: Buffer.concat([hex('a4010103272006215820'), number(x)]) }
  },
  RS256() {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const { n } = publicKey.export({ format: 'jwk' })
    const cose = [hex('a401030339010020590100'), number(n), hex('2143010001')]
    return { privateKey, cose: Buffer.concat(cose) }
  },
}

const ID = Buffer.from('credential of bob')

function clientData(type: string, change: Readonly<Record<string, unknown>> = {}): Buffer {
  const { challenge, origin } = EXPECTED
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false, ...change }))
}

function authenticatorData(
  o: { rpId?: string; flags?: number; count?: number; cose?: Buffer } = {},
): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt8(o.flags ?? (o.cose === undefined ? 0x05 : 0x45), 0)
  head.writeUInt32BE(o.count ?? 0, 1)
  const length = Buffer.alloc(2)
  length.writeUInt16BE(ID.length)
  const attested = o.cose === undefined ? [] : [Buffer.alloc(16), length, ID, o.cose]
  return Buffer.concat([sha256(o.rpId ?? EXPECTED.rpId), head, ...attested])
}

function assertion(
  privateKey: KeyObject,
  data = authenticatorData({ count: 3 }),
  client = clientData('webauthn.get'),
) {
  const digest = privateKey.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  const signature = sign(digest, Buffer.concat([data, sha256(client)]), privateKey)
  return { clientData: client, authenticatorData: data, signature }
}

function registered({ cose }: Made) {
  const made = checkRegistration(
    {
      clientData: clientData('webauthn.create'),
      authenticatorData: authenticatorData({ cose, count: 2 }),
    },
    EXPECTED,
  )
  if (!made.ok) throw new Error(made.fault)
  return made
}

describe.each(Object.entries(KEYS))('a credential of %s', (_, make) => {
  test('is registered, and shown afterwards', () => {
    const key = make()
    const made = registered(key)
    expect(made.id).toBe(ID.toString('base64url'))
    expect(checkAssertion(assertion(key.privateKey), made, EXPECTED)).toEqual({
      ...{ ok: true, signCount: 3 },
    })
    const other = assertion(make().privateKey)
    expect(checkAssertion(other, made, EXPECTED)).toEqual({ ok: false, fault: 'bad-signature' })
  })
})

describe('what is shown', () => {
  const key = KEYS['ES256']?.() as Made
  const made = registered(key)
  const faultOf = (shown: ReturnType<typeof assertion>): string => {
    const checked = checkAssertion(shown, made, EXPECTED)
    return checked.ok ? 'ok' : checked.fault
  }
  const client = (change: Readonly<Record<string, unknown>>) =>
    assertion(key.privateKey, undefined, clientData('webauthn.get', change))
  const data = (change: Parameters<typeof authenticatorData>[0]) =>
    assertion(key.privateKey, authenticatorData({ count: 3, ...change }))

  test.each([
    ['of another ceremony', client({ type: 'webauthn.create' }), 'wrong-type'],
    ['for another challenge', client({ challenge: 'AAAA' }), 'wrong-challenge'],
    [
      'to another site',
      client({ origin: 'https://wifi.example.org.evil.example' }),
      'wrong-origin',
    ],
    ['inside a frame of another site', client({ crossOrigin: true }), 'wrong-origin'],
    ['of a credential of another site', data({ rpId: 'evil.example' }), 'wrong-site'],
    ['while nobody is there', data({ flags: 0x04 }), 'nobody-present'],
    ['by a copy, whose counter is behind', data({ count: 2 }), 'copied'],
    ['cut off', { ...assertion(key.privateKey), authenticatorData: Buffer.alloc(36) }, 'malformed'],
    ['in no JSON', { ...assertion(key.privateKey), clientData: Buffer.from('{') }, 'malformed'],
    ['as a list', { ...assertion(key.privateKey), clientData: Buffer.from('[]') }, 'malformed'],
    [
      'without a signature',
      { ...assertion(key.privateKey), signature: Buffer.alloc(0) },
      'malformed',
    ],
  ])('%s is refused', (_, shown, fault) => {
    expect(faultOf(shown)).toBe(fault)
  })

  test('by an authenticator that does not count is taken', () => {
    const shown = assertion(key.privateKey, authenticatorData({ count: 0 }))
    expect(checkAssertion(shown, { ...made, signCount: 0 }, EXPECTED).ok).toBe(true)
    expect(checkAssertion(shown, made, EXPECTED)).toEqual({ ok: false, fault: 'copied' })
  })
})

describe('a registration', () => {
  const made = (authenticator: Buffer) =>
    checkRegistration(
      { clientData: clientData('webauthn.create'), authenticatorData: authenticator },
      EXPECTED,
    )

  test('of a key that is not on its curve, or of another kind, is refused', () => {
    const off = Buffer.concat([
      hex('a5010203262001215820'),
      Buffer.alloc(32, 1),
      hex('225820'),
      Buffer.alloc(32, 1),
    ])
    for (const cose of [off, hex('a501020338222002'), Buffer.alloc(0)]) {
      expect(made(authenticatorData({ cose }))).toEqual({ ok: false, fault: 'unknown-key' })
    }
  })

  test('without a credential in it is refused', () => {
    expect(made(authenticatorData())).toEqual({ ok: false, fault: 'malformed' })
    expect(made(authenticatorData({ flags: 0x45 }))).toEqual({ ok: false, fault: 'malformed' })
  })

  test('of any octets is answered, and never thrown', () => {
    const octets = fc.uint8Array({ maxLength: 200 })
    fc.assert(
      fc.property(octets, octets, (clientBytes, authenticator) => {
        const found = checkRegistration(
          { clientData: clientBytes, authenticatorData: authenticator },
          EXPECTED,
        )
        expect(found.ok).toBe(false)
        expect(made(Buffer.from(authenticator)).ok).toBe(false)
      }),
    )
  })
})
