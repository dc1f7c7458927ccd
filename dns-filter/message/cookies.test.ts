import { describe, expect, test } from 'vitest'
import { createCookies } from './cookies.ts'

const SECRET = 'e5e973e5a6b2a43f48e7dc849e37bfcf'
const HERE = '198.51.100.100'
const MADE = 1_559_731_985

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))
const cookiesAt = (seconds: number, secret = SECRET) =>
  createCookies(bytes(secret), () => seconds * 1000)
const answer = (seconds: number, cookie: string, source: string, secret?: string): string =>
  Buffer.from(cookiesAt(seconds, secret).answer(bytes(cookie), source)).toString('hex')

describe('the examples of RFC 9018, appendix A', () => {
  test.each([
    ['A.1, a new one', MADE, '2464c4abcf10c957', HERE, '010000005cf79f111f8130c3eee29480'],
    [
      'A.2, one of forty minutes is renewed',
      1_559_734_385,
      '2464c4abcf10c957010000005cf79f111f8130c3eee29480',
      HERE,
      '010000005cf7a871d4a564a1442aca77',
    ],
    [
      'A.3, reserved bytes that another server set',
      1_559_734_700,
      'fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5',
      '203.0.113.203',
      '010000005cf7a9acf73a7810aca2381e',
    ],
  ])('%s', (_, seconds, cookie, source, server) => {
    expect(answer(seconds, cookie, source)).toBe(cookie.slice(0, 16) + server)
  })

  test('A.4, IPv6 and another secret', () => {
    const source = '2001:db8:220:1:59de:d0f4:8769:82b8'
    const old = '22681ab97d52c298010000005cf7c57926556bd0934c72f8'
    const secret = '445536bcd2513298075a5d379663c962'
    expect(answer(1_559_741_961, old, source, secret)).toBe(
      '22681ab97d52c298010000005cf7c609a6bb79d16625507a',
    )
    expect(cookiesAt(1_559_741_961, secret).isValid(bytes(old), source)).toBe(false)
  })
})

describe('a server cookie', () => {
  const whole = bytes('2464c4abcf10c957010000005cf79f111f8130c3eee29480')

  test('is good for an hour, for the address it was given to', () => {
    expect(cookiesAt(MADE).isValid(whole, HERE)).toBe(true)
    expect(cookiesAt(MADE + 3600).isValid(whole, HERE)).toBe(true)
    expect(cookiesAt(MADE + 3601).isValid(whole, HERE)).toBe(false)
    expect(cookiesAt(MADE - 300).isValid(whole, HERE)).toBe(true)
    expect(cookiesAt(MADE - 301).isValid(whole, HERE)).toBe(false)
    expect(cookiesAt(MADE).isValid(whole, '198.51.100.101')).toBe(false)
    // The same client, seen through a socket that serves both families.
    expect(cookiesAt(MADE).isValid(whole, `::ffff:${HERE}`)).toBe(true)
  })

  test('comes back as it is while it is young', () => {
    expect(cookiesAt(MADE + 1800).answer(whole, HERE)).toEqual(whole)
    expect(cookiesAt(MADE + 1801).answer(whole, HERE)).not.toEqual(whole)
  })

  test('with any bit changed, cut or lengthened is not ours', () => {
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const other = Uint8Array.from(whole)
      other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(cookiesAt(MADE).isValid(other, HERE)).toBe(false)
    }
    for (const length of [8, 16, 23]) {
      expect(cookiesAt(MADE).isValid(whole.subarray(0, length), HERE)).toBe(false)
    }
    expect(cookiesAt(MADE).isValid(Buffer.concat([whole, Buffer.of(0)]), HERE)).toBe(false)
  })
})
