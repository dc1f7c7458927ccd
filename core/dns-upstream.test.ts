import { describe, expect, test } from 'vitest'
import { formatDnsUpstream, parseDnsUpstream } from './dns-upstream.ts'

describe('an upstream', () => {
  test.each([
    ['9.9.9.9', { over: 'udp', host: '9.9.9.9', port: 53, name: null, path: '' }],
    ['9.9.9.9:5300', { over: 'udp', host: '9.9.9.9', port: 5300, name: null, path: '' }],
    ['2620:fe::fe', { over: 'udp', host: '2620:fe::fe', port: 53, name: null, path: '' }],
    ['[2620:fe::fe]:5300', { over: 'udp', host: '2620:fe::fe', port: 5300, name: null, path: '' }],
    ['tls://9.9.9.9', { over: 'tls', host: '9.9.9.9', port: 853, name: null, path: '' }],
    [
      'tls://9.9.9.9:8853#dns.quad9.net',
      { over: 'tls', host: '9.9.9.9', port: 8853, name: 'dns.quad9.net', path: '' },
    ],
    [
      'https://9.9.9.9/dns-query',
      { over: 'https', host: '9.9.9.9', port: 443, name: null, path: '/dns-query' },
    ],
    [
      'https://[2620:fe::fe]:8443/dns-query/key#dns.quad9.net',
      {
        over: 'https',
        host: '2620:fe::fe',
        port: 8443,
        name: 'dns.quad9.net',
        path: '/dns-query/key',
      },
    ],
  ])('may be %s', (text, expected) => {
    const upstream = parseDnsUpstream(text)
    expect(upstream).toEqual(expected)
    if (typeof upstream === 'string') return
    expect(parseDnsUpstream(formatDnsUpstream(upstream))).toEqual(expected)
  })

  test.each([
    ['dns.quad9.net', 'is not ADDRESS'],
    ['9.9.9.9:99999', 'is not ADDRESS'],
    ['9.9.9.9:0', 'is not ADDRESS'],
    ['', 'is not ADDRESS'],
    ['quic://9.9.9.9', 'is not ADDRESS'],
    ['9.9.9.9#dns.quad9.net', 'has a name'],
    ['9.9.9.9/dns-query', 'has a path'],
    ['tls://dns.quad9.net', 'does not begin with an address'],
    ['tls://9.9.9.9#', 'has no host name'],
    ['tls://9.9.9.9#two words', 'has no host name'],
    ['tls://9.9.9.9/dns-query', 'has a path'],
    ['https://9.9.9.9', 'has no path'],
    ['https://9.9.9.9/dns-query{?dns}', 'has no path'],
    ['https://dns.quad9.net/dns-query', 'does not begin with an address'],
  ])('may not be "%s"', (text, problem) => {
    expect(parseDnsUpstream(text)).toEqual(expect.stringContaining(problem))
  })
})
