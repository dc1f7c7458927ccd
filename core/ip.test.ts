import { BlockList } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  PrefixTable,
  formatAddress,
  formatPrefix,
  isPrivateAddress,
  parseAddress,
  parsePrefix,
} from './ip.ts'

const bytes = fc.oneof(
  fc.uint8Array({ minLength: 4, maxLength: 4 }),
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
)

function canonical(text: string): string | null {
  const parsed = parseAddress(text)
  return parsed === null ? null : formatAddress(parsed)
}

describe('an address', () => {
  test('that is written and read again is the same', () => {
    fc.assert(
      fc.property(bytes, (address) => {
        const again = parseAddress(formatAddress(address))
        const mapped = address.length === 16 && again?.length === 4
        expect(again).toEqual(mapped ? address.slice(12) : address)
      }),
    )
  })

  test('is written as RFC 5952 asks', () => {
    const cases = {
      '2001:DB8:0:0:0:0:0:1': '2001:db8::1',
      '2001:db8:0:1:1:1:1:1': '2001:db8:0:1:1:1:1:1',
      '2001:0:0:1:0:0:0:1': '2001:0:0:1::1',
      '::': '::',
      'fe80::1%eth0': 'fe80::1',
      '::ffff:192.0.2.7': '192.0.2.7',
    }
    expect(Object.keys(cases).map(canonical)).toEqual(Object.values(cases))
  })

  test('that is none is refused', () => {
    const wrong = [
      '',
      '1.2.3',
      '1.2.3.256',
      '01.2.3.4',
      '1::2::3',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      'g::',
      '1:2:3:4:5:6:7::8:9',
      '::1.2.3',
    ]
    expect(wrong.map(parseAddress)).toEqual(wrong.map(() => null))
  })
})

describe('a prefix', () => {
  test('loses its host bits', () => {
    const read = ['192.168.77.9/24', '10.0.0.1', '2001:db8::1/32', '0.0.0.0/0'].map(parsePrefix)
    expect(read.map((prefix) => prefix && formatPrefix(prefix))).toEqual([
      '192.168.77.0/24',
      '10.0.0.1/32',
      '2001:db8::/32',
      '0.0.0.0/0',
    ])
  })

  test('longer than the address is refused', () => {
    expect(['10.0.0.0/33', '::/129', '10.0.0.0/x', '10.0.0.0/'].map(parsePrefix)).toEqual([
      null,
      null,
      null,
      null,
    ])
  })
})

describe('the prefix table', () => {
  test('answers with the longest prefix', () => {
    const table = new PrefixTable([
      ['10.0.0.0/8', 'wide'],
      ['10.1.0.0/16', 'near'],
      ['10.1.2.3/32', 'host'],
      ['::/0', 'six'],
    ])
    const at = (text: string): string | undefined =>
      table.lookup(parseAddress(text) ?? new Uint8Array(4))
    expect(['10.9.9.9', '10.1.9.9', '10.1.2.3', '11.0.0.1', '2001:db8::1'].map(at)).toEqual([
      'wide',
      'near',
      'host',
      undefined,
      'six',
    ])
  })

  test('may have one that covers every address of its family', () => {
    const table = new PrefixTable([
      ['0.0.0.0/0', 'four'],
      ['255.0.0.0/8', 'last'],
    ])
    const at = (text: string): string | undefined =>
      table.lookup(parseAddress(text) ?? new Uint8Array(4))
    expect(['0.0.0.0', '203.0.113.9', '255.1.2.3', '::1'].map(at)).toEqual([
      'four',
      'four',
      'last',
      undefined,
    ])
  })

  test("agrees with Node's own list on any prefix and address", () => {
    const v4 = fc.uint8Array({ minLength: 4, maxLength: 4 })
    fc.assert(
      fc.property(v4, fc.integer({ min: 1, max: 32 }), v4, (network, length, address) => {
        const oracle = new BlockList()
        oracle.addSubnet(network.join('.'), length)
        const table = new PrefixTable([[`${network.join('.')}/${length}`, true]])
        expect(table.lookup(address) ?? false).toBe(oracle.check(address.join('.')))
      }),
    )
  })
})

test('private addresses are those that never leave a site', () => {
  const is = (text: string): boolean => isPrivateAddress(parseAddress(text) ?? new Uint8Array(4))
  expect(
    [
      '10.0.0.1',
      '172.31.0.1',
      '192.168.1.1',
      '100.64.0.1',
      '127.0.0.1',
      'fe80::1',
      'fd00::1',
      '::1',
    ].filter((a) => !is(a)),
  ).toEqual([])
  expect(['172.32.0.1', '9.9.9.9', '2620:fe::fe'].filter(is)).toEqual([])
})
