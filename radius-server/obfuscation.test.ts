import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSalts, hideSalted } from './obfuscation.ts'
import { NO_SECRET, sharedSecret } from './shared-secret.ts'
import { revealSalted } from './testing/gateway.ts'

const SALT = Uint8Array.of(0x80, 1)

test('what is hidden under a salt is revealed by the letter of RFC 2868 §3.5, whatever its length', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 239 }),
      fc.string({ minLength: 1, maxLength: 128 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
      fc.uint8Array({ minLength: 2, maxLength: 2 }),
      (value, secret, authenticator, random) => {
        const salt = createSalts(random)()
        const hidden = hideSalted(value, salt, authenticator, sharedSecret(secret))
        expect(hidden.length % 16).toBe(2)
        const request = Buffer.concat([Buffer.alloc(4), authenticator])
        expect(revealSalted(Buffer.from(hidden), request, secret)).toEqual(Buffer.from(value))
      },
    ),
    { numRuns: 200 },
  )
})

test('the value does not stand in it, and another salt makes another text', () => {
  const authenticator = randomBytes(16)
  const hide = (salt: Uint8Array): Buffer =>
    Buffer.from(
      hideSalted(Buffer.from('correct-horse'), salt, authenticator, sharedSecret('secret')),
    )
  expect(hide(SALT).includes('correct')).toBe(false)
  expect(hide(SALT)).not.toEqual(hide(Uint8Array.of(0x80, 2)))
})

test('over RADIUS/1.1 nothing is hidden, and there is no salt (RFC 9765 §5.1.3)', () => {
  const value = Buffer.from('correct-horse')
  expect(hideSalted(value, SALT, randomBytes(16), NO_SECRET)).toEqual(value)
})

test('the salts of a packet have their first bit set and none comes twice, also past the last', () => {
  const salts = createSalts(Uint8Array.of(0xff, 0xfe))
  const made = Array.from({ length: 8 }, () => Buffer.from(salts()))
  expect(made.every(([first = 0]) => first >= 0x80)).toBe(true)
  expect(new Set(made.map((salt) => salt.toString('hex'))).size).toBe(8)
})
