import { expect, test } from 'vitest'
import {
  UNRESTRICTED,
  captivePortalOption,
  captivePortalRouterOption,
  resolverOption,
  resolverOptionV6,
  resolverRouterOption,
} from './provisioning-options.ts'

const API = 'https://p.example/captive-portal/api'
const RESOLVER = {
  ...{ name: 'dns.example', address: Uint8Array.of(192, 0, 2, 53) },
  ...({ by: 'dot', port: 853 } as const),
}
const V6 = { ...RESOLVER, address: new Uint8Array(16).fill(0x20, 0, 1) }

test('DHCPv4 114 and DHCPv6 103 are the address and nothing else', () => {
  expect(captivePortalOption(API).toString()).toBe(API)
  expect(captivePortalOption(UNRESTRICTED).length).toBe(36)
})

test('an address that no option holds is refused', () => {
  expect(() => captivePortalOption(`https://${'a'.repeat(250)}`)).toThrow(RangeError)
})

test('option 37 of a router advertisement is filled up to 8 octets with zeros', () => {
  const option = captivePortalRouterOption(API)
  expect(option[0]).toBe(37)
  expect(option.length).toBe((option[1] ?? 0) * 8)
  expect(option.subarray(2, 2 + API.length).toString()).toBe(API)
  expect(option.subarray(2 + API.length).every((byte) => byte === 0)).toBe(true)
})

test('DHCPv4 162 has lengths, priority, name, address and ALPN as RFC 9463 §5.1 draws them', () => {
  expect(resolverOption([RESOLVER]).toString('hex')).toBe(
    [
      ...['001d', '0001', '0d', '03646e73076578616d706c6500'],
      ...['04', 'c0000235', '0001', '0004', '03646f74'],
    ].join(''),
  )
})

test('another port than 853 is said', () => {
  expect(resolverOption([{ ...RESOLVER, port: 8853 }]).toString('hex')).toMatch(/000300022295$/)
})

test('DNS over HTTPS is another instance, with its path', () => {
  const both = resolverOption([RESOLVER, { ...RESOLVER, by: 'doh', port: 443 }])
  const second = both.subarray(2 + both.readUInt16BE(0))
  expect(second.readUInt16BE(0)).toBe(second.length - 2)
  expect(second.toString('latin1')).toContain('\x02h2\x00\x07\x00\x10/dns-query{?dns}')
})

test('DHCPv6 144 has two octets for each length', () => {
  expect(resolverOptionV6(V6).toString('hex')).toBe(
    ['0001', '000d', '03646e73076578616d706c6500', '0010', `20${'00'.repeat(15)}`]
      .concat('00010004', '03646f74')
      .join(''),
  )
})

test('option 144 of a router advertisement has its lifetime, and the length of the parameters', () => {
  const option = resolverRouterOption(V6, 3600)
  expect(option.length % 8).toBe(0)
  expect(option.toString('hex')).toMatch(/^9007000100000e10000d03646e73/)
  expect(option.toString('hex')).toContain(
    `0010${Buffer.from(V6.address).toString('hex')}0008000100040`,
  )
})
