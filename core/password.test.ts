import { expect, test } from 'vitest'
import { hashPassword, verifyPassword } from './password.ts'

const QUICK = { memory: 64, passes: 1, parallelism: 1 }

test('a password fits its own hash, as text and as bytes', async () => {
  const hash = await hashPassword('pâté', QUICK)
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=64,t=1,p=1\$/)
  expect(await verifyPassword(hash, 'pâté')).toBe(true)
  expect(await verifyPassword(hash, Buffer.from('pâté'))).toBe(true)
  expect(await verifyPassword(hash, 'pate')).toBe(false)
})

// Made by the reference implementation's command line: argon2 somesalt -id -t 2 -k 65536 -p 1.
test('a hash of another program is understood', async () => {
  const reference =
    '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'
  expect(await verifyPassword(reference, 'password')).toBe(true)
})

test('what is no hash, or asks for the whole machine, is refused', async () => {
  const wrong = [
    '',
    'hello',
    '$argon2id$v=19$m=9999999,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  ]
  for (const hash of wrong) expect(await verifyPassword(hash, 'hello')).toBe(false)
})
