import { createHash, createHmac, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HmacMd5, MD5_BYTES, Md5, hmacMd5Key } from './md5.ts'

const md5 = new Md5()
const hmac = new HmacMd5()

function digestOf(message: Uint8Array): string {
  const target = Buffer.alloc(MD5_BYTES)
  md5.start().update(message).finish(target)
  return target.toString('hex')
}

function macOf(key: Uint8Array, message: Uint8Array): string {
  const target = Buffer.alloc(MD5_BYTES)
  hmac.start(hmacMd5Key(key)).update(message).finish(target)
  return target.toString('hex')
}

describe('MD5', () => {
  test.each([
    ['', 'd41d8cd98f00b204e9800998ecf8427e'],
    ['a', '0cc175b9c0f1b6a831c399e269772661'],
    ['abc', '900150983cd24fb0d6963f7d28e17f72'],
    ['message digest', 'f96b697d7cb7938d525a2f31aaf161d0'],
    ['abcdefghijklmnopqrstuvwxyz', 'c3fcd3d76192e4007dfb496cca67e13b'],
    [
      'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
      'd174ab98d277d9f5a5611c2c9f419d9f',
    ],
    ['1234567890'.repeat(8), '57edf4a22be3c955ac49da2e2107b67a'],
  ])('of "%s" is that of RFC 1321', (text, hex) => {
    expect(digestOf(Buffer.from(text))).toBe(hex)
  })

  test('is that of node:crypto at every length a packet can have', () => {
    const octets = randomBytes(4096)
    for (let length = 0; length <= octets.length; length += 1) {
      const message = octets.subarray(0, length)
      expect(digestOf(message), `${length}`).toBe(createHash('md5').update(message).digest('hex'))
    }
  })

  test('is the same however the message is cut, and wherever it lies', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400 }),
        fc.array(fc.nat(400), { maxLength: 8 }),
        (message, cuts) => {
          md5.start()
          let from = 0
          for (const to of cuts
            .toSorted((a, b) => a - b)
            .map((cut) => Math.min(cut, message.length))) {
            md5.update(message, from, to)
            from = to
          }
          md5.update(message, from)
          const target = new Uint8Array(20)
          md5.finish(target, 3)
          const expected = createHash('md5').update(message).digest()
          expect(Buffer.from(target.subarray(3, 19))).toEqual(expected)
          expect([target[2], target[19]]).toEqual([0, 0])
        },
      ),
    )
  })

  test('goes on from a state as often as wanted', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5 }),
        fc.uint8Array({ maxLength: 300 }),
        fc.uint8Array({ maxLength: 300 }),
        (blocks, one, other) => {
          const head = randomBytes(64 * blocks)
          const state = md5.start().update(head).state()
          for (const tail of [one, other, one]) {
            const target = Buffer.alloc(MD5_BYTES)
            md5.start(state).update(tail).finish(target)
            expect(target).toEqual(createHash('md5').update(head).update(tail).digest())
          }
        },
      ),
    )
  })

  test('compares with a digest at any place, and sees every bit', () => {
    const message = randomBytes(77)
    const right = createHash('md5').update(message).digest()
    const given = Buffer.concat([Buffer.alloc(5), right])
    expect(md5.start().update(message).finishEquals(given, 5)).toBe(true)
    for (let bit = 0; bit < 128; bit += 1) {
      const wrong = Buffer.from(given)
      wrong[5 + (bit >> 3)] = (wrong[5 + (bit >> 3)] ?? 0) ^ (1 << (bit & 7))
      expect(md5.start().update(message).finishEquals(wrong, 5), `${bit}`).toBe(false)
    }
    expect(md5.start().update(message).finishEquals(right.subarray(0, 15))).toBe(false)
  })
})

describe('HMAC-MD5', () => {
  test.each([
    [Buffer.alloc(16, 0x0b), 'Hi There', '9294727a3638bb1c13f48ef8158bfc9d'],
    [Buffer.from('Jefe'), 'what do ya want for nothing?', '750c783e6ab0b503eaa86e310a5db738'],
    [Buffer.alloc(16, 0xaa), Buffer.alloc(50, 0xdd), '56be34521d144c88dbb8c733f0e8b3f6'],
    [
      Buffer.from(Array.from({ length: 25 }, (_, i) => i + 1)),
      Buffer.alloc(50, 0xcd),
      '697eaf0aca3a3aea3a75164746ffaa79',
    ],
    [Buffer.alloc(16, 0x0c), 'Test With Truncation', '56461ef2342edc00f9bab995690efd4c'],
    [
      Buffer.alloc(80, 0xaa),
      'Test Using Larger Than Block-Size Key - Hash Key First',
      '6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd',
    ],
    [
      Buffer.alloc(80, 0xaa),
      'Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data',
      '6f630fad67cda0ee1fb1f562db3aa53e',
    ],
  ])('is that of RFC 2202, case %#', (key, data, hex) => {
    expect(macOf(key, Buffer.from(data))).toBe(hex)
  })

  test('is that of node:crypto for any key and message', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.uint8Array({ maxLength: 400 }),
        (key, message) => {
          const expected = createHmac('md5', key).update(message).digest()
          expect(macOf(key, message)).toBe(expected.toString('hex'))
          expect(hmac.start(hmacMd5Key(key)).update(message).finishEquals(expected)).toBe(true)
        },
      ),
    )
  })
})
