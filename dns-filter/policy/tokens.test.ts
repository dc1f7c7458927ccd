import { describe, expect, test } from 'vitest'
import type { DnsToken } from '#db/dns-tokens.ts'
import { readQuery } from '../message/query.ts'
import { wireQuery } from '../testing/asking.ts'
import { network } from '../testing/filter.ts'
import type { Via } from '../via.ts'
import { OVER_UDP } from '../via.ts'
import { createClients } from './client.ts'
import type { Client } from './client.ts'

let now = 1_000

const token = (text: string, more: Partial<DnsToken> = {}): DnsToken => {
  const at = { site: '75-0042', network: 'guest', device: null, until: null } as const
  return { token: text, ...at, ...more }
}

const clients = createClients(
  {
    networks: [
      network('guest', '192.168.77.0/24'),
      network('staff', '192.168.78.0/24'),
      network('guest', '192.168.77.0/24', '69-0001'),
    ],
    devices: [
      { site: '75-0042', network: 'guest', name: 'tablet', mac: 'aa:bb:cc:dd:ee:01' },
      { site: '75-0042', network: 'guest', name: 'phone', mac: null },
    ],
    tokens: [
      token('guesttoken'),
      token('formertoken', { until: 2_000 }),
      token('stafftoken', { network: 'staff' }),
      token('othertoken', { site: '69-0001' }),
      token('phonetoken', { device: 'phone' }),
    ],
  },
  () => now,
)

/** A query whose OPT has these options, as code and data. */
function withOptions(...options: readonly (readonly [number, Buffer])[]): Uint8Array {
  const plain = wireQuery('www.example.net', { edns: true })
  const data = Buffer.concat(
    options.flatMap(([code, value]) => {
      const head = Buffer.alloc(4)
      head.writeUInt16BE(code, 0)
      head.writeUInt16BE(value.length, 2)
      return [head, value]
    }),
  )
  plain.writeUInt16BE(data.length, plain.length - 2)
  return Buffer.concat([plain, data])
}

const cpe = (text: string): readonly [number, Buffer] => [65_074, Buffer.from(text)]
const mac = (hex: string): readonly [number, Buffer] => [65_001, Buffer.from(hex, 'hex')]

function find(
  source: string,
  via: Partial<Via> = {},
  query: Uint8Array = wireQuery('www.example.net'),
): Partial<Client> | null {
  return clients.find(source, { ...OVER_UDP, ...via }, readQuery(query))
}

const OUTSIDE = '203.0.113.9'

describe('a place behind NAT is known', () => {
  test.each([
    ['the first label of the server name', { serverName: 'GuestToken.dns.example' }, undefined],
    ['the last part of the path', { token: 'guesttoken' }, undefined],
    ['the CPE-ID of its resolver', {}, withOptions(cpe('guesttoken'))],
    ['the CPE-ID among other options', {}, withOptions([10, Buffer.alloc(8)], cpe('guesttoken'))],
  ])('by %s', (_, via, query) => {
    expect(find(OUTSIDE, via, query)).toMatchObject({
      site: '75-0042',
      network: 'guest',
      device: null,
    })
  })

  test('and not by a token that nobody has, a long one, or the name of the server itself', () => {
    expect(find(OUTSIDE, { serverName: 'dns.example' })).toBeNull()
    expect(find(OUTSIDE, { token: 'guesttoke' })).toBeNull()
    expect(find(OUTSIDE, {}, withOptions(cpe('x'.repeat(300))))).toBeNull()
    expect(find(OUTSIDE, {}, withOptions(cpe('')))).toBeNull()
  })

  test('by its token before its address, which other places have too', () => {
    expect(find('192.168.77.9')).toMatchObject({ site: null })
    expect(find('192.168.77.9', { token: 'othertoken' })).toMatchObject({ site: '69-0001' })
    expect(find('192.168.77.9', { token: 'nobodys' })).toMatchObject({ site: null })
  })

  test('by its former token until that ends', () => {
    expect(find(OUTSIDE, { token: 'formertoken' })).toMatchObject({ site: '75-0042' })
    now = 2_000
    expect(find(OUTSIDE, { token: 'formertoken' })).toBeNull()
  })
})

describe('a device is known', () => {
  test('by its own token', () => {
    expect(find(OUTSIDE, { token: 'phonetoken' })).toMatchObject({
      site: '75-0042',
      device: 'phone',
    })
  })

  test('by the address that the resolver of its place adds', () => {
    const query = withOptions(cpe('guesttoken'), mac('aabbccddee01'))
    expect(find(OUTSIDE, {}, query)).toMatchObject({ network: 'guest', device: 'tablet' })
  })

  test('not by an address that comes without the token, or with another network’s', () => {
    const alone = withOptions(mac('aabbccddee01'))
    expect(find('192.168.78.9', {}, alone)).toMatchObject({ network: 'staff', device: null })
    const staff = withOptions(cpe('stafftoken'), mac('aabbccddee01'))
    expect(find(OUTSIDE, {}, staff)).toMatchObject({ network: 'staff', device: null })
    const short = withOptions(cpe('guesttoken'), mac('aabbccddee'))
    expect(find(OUTSIDE, {}, short)).toMatchObject({ device: null })
  })
})

test('the place’s own token is told for its resolver record, no former and no other', () => {
  const place = clients.find(
    OUTSIDE,
    { ...OVER_UDP, token: 'guesttoken' },
    readQuery(wireQuery('a.example')),
  )
  if (place === null) throw new Error('nobody')
  expect(clients.tokenOf(place)).toBe('guesttoken')
})
