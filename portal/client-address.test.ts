import { describe, expect, test } from 'vitest'
import { PrefixTable, formatAddress } from '#core/ip.ts'
import { noteForwarded, requestAddress } from './client-address.ts'

const TRUSTED = new PrefixTable<true>([
  ['10.1.0.0/16', true],
  ['2001:db8::/64', true],
])

function addressOf(remoteAddress: string, header?: string): string | null {
  const incoming = { socket: { remoteAddress }, headers: { 'x-forwarded-for': header } }
  noteForwarded(incoming, TRUSTED)
  const address = requestAddress(incoming)
  return address === null ? null : formatAddress(address)
}

describe('behind a trusted proxy the client is', () => {
  test.each([
    ['whom it names', '192.0.2.7', '192.0.2.7'],
    ['the last one, whatever the client wrote before', '198.51.100.1, 192.0.2.7', '192.0.2.7'],
    ['the last one that is no proxy of ours', '192.0.2.7, 10.1.2.3', '192.0.2.7'],
    ['read without a port', '192.0.2.7:4711', '192.0.2.7'],
    ['of IPv6 too', '[2001:db8:1::7]:4711', '2001:db8:1::7'],
    ['the proxy itself where it names nobody', undefined, '10.1.0.9'],
    ['the proxy itself where it names no address', 'unknown', '10.1.0.9'],
    ['the proxy itself where it names proxies alone', '10.1.2.3', '10.1.0.9'],
    ['the proxy itself where a name stands behind the client', '192.0.2.7, x', '10.1.0.9'],
  ])('%s', (_, header, expected) => {
    expect(addressOf('10.1.0.9', header)).toBe(expected)
  })

  test('also where the proxy comes by IPv6', () => {
    expect(addressOf('2001:db8::9', '192.0.2.7')).toBe('192.0.2.7')
  })
})

test('what anybody else writes counts for nothing', () => {
  expect(addressOf('192.0.2.1', '198.51.100.1')).toBe('192.0.2.1')
})
