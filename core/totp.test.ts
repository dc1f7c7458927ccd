import { describe, expect, test } from 'vitest'
import { base32, matchTotp, otpauthUri, totpCode, totpStep } from './totp.ts'

/** RFC 6238, appendix B: the secret is the text itself. */
const SECRET = Buffer.from('12345678901234567890')
const VECTORS = [
  [59, '94287082'],
  [1111111109, '07081804'],
  [1111111111, '14050471'],
  [1234567890, '89005924'],
  [2000000000, '69279037'],
  [20000000000, '65353130'],
] as const

describe('a code', () => {
  test.each(VECTORS)('at %i s is that of the RFC', (seconds, code) => {
    expect(totpCode(SECRET, totpStep(seconds * 1000), 8)).toBe(code)
    expect(totpCode(SECRET, totpStep(seconds * 1000))).toBe(code.slice(2))
  })

  test('is taken one step early and late, and not two', () => {
    const at = 1_111_111_111_000
    const step = totpStep(at)
    for (const drift of [-1, 0, 1]) {
      expect(matchTotp(SECRET, totpCode(SECRET, step + drift), at, 0)).toBe(step + drift)
    }
    for (const drift of [-2, 2]) {
      expect(matchTotp(SECRET, totpCode(SECRET, step + drift), at, 0)).toBeNull()
    }
  })

  test('is not taken again, nor one from before it', () => {
    const at = 1_111_111_111_000
    const step = totpStep(at)
    expect(matchTotp(SECRET, totpCode(SECRET, step), at, step)).toBeNull()
    expect(matchTotp(SECRET, totpCode(SECRET, step - 1), at, step)).toBeNull()
    expect(matchTotp(SECRET, totpCode(SECRET, step + 1), at, step)).toBe(step + 1)
  })
})

describe('what an app reads', () => {
  test('has the secret in base32, as RFC 4648 §10 writes it', () => {
    const pairs = ['', 'MY', 'MZXQ', 'MZXW6', 'MZXW6YQ', 'MZXW6YTB', 'MZXW6YTBOI']
    for (const [length, text] of pairs.entries()) {
      expect(base32(Buffer.from('foobar'.slice(0, length)))).toBe(text)
    }
  })

  test('names the organisation and the account', () => {
    expect(otpauthUri('Les Restos', 'bob', SECRET)).toBe(
      'otpauth://totp/Les%20Restos:bob?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Les%20Restos',
    )
  })
})
