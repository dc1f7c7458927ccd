import { expect, test } from 'vitest'
import { generatePassphrase, pairwiseMasterKey, passphraseProblem, ssidProblem } from './wpa-key.ts'

test.each([
  // IEEE 802.11-2020 §J.4.2.
  ['password', 'IEEE', 'f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e'],
  [
    'ThisIsAPassword',
    'ThisIsASSID',
    '0dc0d6eb90555ed6419756b9a15ec3e3209b63df707dd508d14581f8982721af',
  ],
])('the master key of %s on %s is the standard’s', async (passphrase, ssid, key) => {
  expect(Buffer.from(await pairwiseMasterKey(passphrase, ssid)).toString('hex')).toBe(key)
})

test('a passphrase is 12 to 63 characters of printable ASCII', () => {
  expect(passphraseProblem('a'.repeat(11))).toContain('fewer than 12')
  expect(passphraseProblem('a'.repeat(12))).toBeNull()
  expect(passphraseProblem('a'.repeat(63))).toBeNull()
  expect(passphraseProblem('a'.repeat(64))).toContain('more than 63')
  expect(passphraseProblem('une clé secrète')).toContain('ASCII')
})

test('a network name is 1 to 32 octets', () => {
  expect(ssidProblem('')).toBe('is empty')
  expect(ssidProblem('é'.repeat(16))).toBeNull()
  expect(ssidProblem('é'.repeat(17))).toContain('32 octets')
})

test('a generated passphrase is one that can be typed, and each letter is as likely as any other', () => {
  const every = Array.from({ length: 256 }, (_, i) => i)
  let at = 0
  const next = (): Uint8Array => Uint8Array.of(every[at++ % 256] ?? 0)
  const counts = new Map<string, number>()
  // 31 × 16: each of the 248 octets that count is used twice.
  for (let i = 0; i < 31; i += 1) {
    const made = generatePassphrase(next)
    expect(made).toMatch(/^([a-hjkmnp-z2-9]{4}-){3}[a-hjkmnp-z2-9]{4}$/)
    expect(passphraseProblem(made)).toBeNull()
    for (const letter of made.replaceAll('-', '')) counts.set(letter, (counts.get(letter) ?? 0) + 1)
  }
  expect(counts.size).toBe(31)
  expect(new Set(counts.values())).toEqual(new Set([16]))
})
