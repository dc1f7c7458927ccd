import { pbkdf2Sync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CODE } from '../dictionary.ts'
import { parsePacket } from '../packet.ts'
import type { Packet } from '../packet.ts'
import { randomRequest } from '../testing/gateway.ts'
import type { Sent } from '../testing/gateway.ts'
import { extended, macOf } from '../testing/wpa-device.ts'
import { readHandshake, showsKey } from './handshake.ts'

/** The example that hashcat publishes for its mode 22000: network TP-LINK_HASHCAT_TEST, passphrase hashcat!. */
const PUBLISHED = {
  bssid: Buffer.from('6466b38ec3fc', 'hex'),
  station: macOf('225edc49b7aa'),
  anonce: Buffer.from('10e3be3b005a629e89de088d6a2fdc489db83ad4764f2d186b9cde15446e972e', 'hex'),
  frame: Buffer.from(
    '0103007502010a0000000000000000000148ce2ccba9c1fda130ff2fbbfb4fd3b063d1a93920b0f7df54a5cbf787b16171' +
      '00000000000000000000000000000000000000000000000000000000000000' +
      '00024022795224bffca545276c3762686f001630140100000fac040100000fac040100000fac028000',
    'hex',
  ),
  pmk: pbkdf2Sync('hashcat!', 'TP-LINK_HASHCAT_TEST', 4096, 32, 'sha1'),
}

function packetWith(attributes: readonly Sent[]): Packet {
  const parsed = parsePacket(randomRequest({ code: CODE['Access-Request'], attributes }))
  if (!parsed.ok) throw new Error(parsed.reason)
  return parsed.packet
}

const read = (frame: Uint8Array, bssid: Buffer | null = PUBLISHED.bssid) =>
  readHandshake(
    packetWith([extended(1, PUBLISHED.anonce), extended(2, frame)]),
    PUBLISHED.station,
    bssid,
  )

describe('a handshake', () => {
  test('that was published shows the key it was made with, and no other', () => {
    expect(PUBLISHED.frame).toHaveLength(121)
    const handshake = read(PUBLISHED.frame)
    if (handshake === null || handshake === 'unreadable') throw new Error('not read')
    expect(showsKey(handshake, PUBLISHED.pmk)).toBe(true)
    const other = pbkdf2Sync('hashcat?', 'TP-LINK_HASHCAT_TEST', 4096, 32, 'sha1')
    expect(showsKey(handshake, other)).toBe(false)
  })

  test('is not shown by a frame of which one bit is another', () => {
    for (const at of [7, 20, 60, 82, 100, 120]) {
      const frame = Buffer.from(PUBLISHED.frame)
      frame[at] = (frame[at] ?? 0) ^ 1
      const handshake = read(frame)
      if (handshake === null || handshake === 'unreadable') throw new Error(`not read: ${at}`)
      expect(showsKey(handshake, PUBLISHED.pmk), `octet ${at}`).toBe(false)
    }
  })

  test('may be followed by padding, and may go over two attributes', () => {
    const [, whole] = extended(2, PUBLISHED.frame)
    const value = Buffer.from(whole as Uint8Array)
    const first = Buffer.from(value.subarray(0, 80))
    first[1] = 0x80
    const second = Buffer.concat([Buffer.of(26, 0), value.subarray(80), Buffer.alloc(3)])
    const parts = [extended(1, PUBLISHED.anonce), [245, first] as const, [245, second] as const]
    const handshake = readHandshake(packetWith(parts), PUBLISHED.station, PUBLISHED.bssid)
    if (handshake === null || handshake === 'unreadable') throw new Error('not read')
    expect(showsKey(handshake, PUBLISHED.pmk)).toBe(true)
  })

  test('that did not come is none; of half of it nothing can be said', () => {
    expect(readHandshake(packetWith([]), PUBLISHED.station, PUBLISHED.bssid)).toBeNull()
    const half = packetWith([extended(1, PUBLISHED.anonce)])
    expect(readHandshake(half, PUBLISHED.station, PUBLISHED.bssid)).toBe('unreadable')
    expect(read(PUBLISHED.frame, null)).toBe('unreadable')
  })

  test.each([
    ['another kind of EAPOL', 1, 0],
    ['another descriptor', 4, 254],
    ['no code', 5, 0],
    ['the SHA-256 of fast transition', 6, 0x0b],
    ['the version of WPA3', 6, 0x08],
    ['more octets than there are', 3, 0xff],
  ])('with %s is unreadable', (_, at, octet) => {
    const frame = Buffer.from(PUBLISHED.frame)
    frame[at] = octet
    expect(read(frame)).toBe('unreadable')
  })

  test('of any octets is read without a throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 240 }), (octets) => {
        const handshake = read(octets)
        if (handshake !== null && handshake !== 'unreadable') showsKey(handshake, PUBLISHED.pmk)
      }),
      { numRuns: 200 },
    )
  })
})
