import { describe, expect, test } from 'vitest'
import { readConfig } from './config.ts'

describe('the environment', () => {
  test('may be empty', () => {
    const read = readConfig({ PATH: '/bin' })
    expect(read).toMatchObject({
      ok: true,
      config: {
        databaseUrl: null,
        dataDir: './data',
        radius: { host: '0.0.0.0', port: 1812 },
        radiusEapFirst: 'ttls',
        radiusProcesses: 1,
        eapLayer: null,
        radiusCertificates: ['p256'],
        dnsTls: null,
        dnsUpstream: [
          { over: 'udp', host: '9.9.9.9', port: 53 },
          { over: 'udp', host: '149.112.112.112', port: 53 },
        ],
        demo: true,
        warnings: [],
      },
    })
  })

  test('has every mistake named, each with its variable and value', () => {
    const read = readConfig({
      ACCUEIL_HTTP_LISTE: '1',
      ACCUEIL_DNS_LISTEN: 'everywhere',
      ACCUEIL_DNS_UPSTREAM: 'tls://dns.example, 192.0.2.1',
      ACCUEIL_UDP_LAYER: 'raw',
      ACCUEIL_DEMO: 'yes',
      ACCUEIL_MASTER_KEY: 'short',
    })
    expect(read).toEqual({
      ok: false,
      problems: [
        'ACCUEIL_HTTP_LISTE is not a variable of this program; did you mean ACCUEIL_HTTP_LISTEN?',
        'ACCUEIL_DNS_LISTEN is not ADDRESS:PORT, for example 0.0.0.0:1812 or [::]:1812 (it is "everywhere")',
        'ACCUEIL_DNS_UPSTREAM names "tls://dns.example", which does not begin with an address, as in tls://9.9.9.9#dns.quad9.net (it is "tls://dns.example, 192.0.2.1")',
        'ACCUEIL_UDP_LAYER is not native or dgram (it is "raw")',
        'ACCUEIL_DEMO is not 0 or 1 (it is "yes")',
        'ACCUEIL_MASTER_KEY is not 32 bytes in hex or base64; make one with: openssl rand -hex 32',
      ],
    })
  })

  test.each([
    ['ACCUEIL_DNS_UPSTREAM', 'not an address'],
    ['ACCUEIL_DNS_UPSTREAM', 'dns.example.org'],
    ['ACCUEIL_DNS_UPSTREAM', '9.9.9.9:99999'],
    ['ACCUEIL_RADIUS_LISTEN', '0.0.0.0 1812'],
    ['ACCUEIL_RADIUS_LISTEN', 'two words:1812'],
    ['ACCUEIL_EAP_LAYER', 'openssl'],
    ['ACCUEIL_RADIUS_PROCESSES', '0'],
    ['ACCUEIL_RADIUS_PROCESSES', '65'],
    ['ACCUEIL_RADIUS_PROCESSES', 'all'],
    ['ACCUEIL_PUBLIC_URL', 'ftp://x'],
  ])('with %s="%s" is refused by that name', (name, value) => {
    const read = readConfig({ [name]: value })
    expect(read.ok ? [] : read.problems).toEqual([expect.stringMatching(new RegExp(`^${name} `))])
  })

  test('with a database of its own must bring the master key', () => {
    const url = 'postgres://accueil:secret@db/accueil'
    const read = readConfig({ DATABASE_URL: url })
    expect(read.ok ? [] : read.problems).toEqual([
      expect.stringContaining('ACCUEIL_MASTER_KEY is missing'),
    ])
    expect(JSON.stringify(read)).not.toContain('secret@')
    expect(readConfig({ DATABASE_URL: url, ACCUEIL_MASTER_KEY: '00'.repeat(32) })).toMatchObject({
      ok: true,
      config: { demo: false },
    })
  })

  test('names certificate and key of DNS over TLS and HTTPS, or neither', () => {
    const files = { ACCUEIL_DNS_TLS_CERT: '/etc/dns.crt', ACCUEIL_DNS_TLS_KEY: '/etc/dns.key' }
    const read = readConfig({ ...files, ACCUEIL_DNS_DOT_LISTEN: '[::]:853' })
    expect(read.ok && read.config.dnsTls).toEqual({
      certificateFile: '/etc/dns.crt',
      keyFile: '/etc/dns.key',
      dot: { host: '::', port: 853 },
      doh: { host: '0.0.0.0', port: 8443 },
    })
    const half = readConfig({ ACCUEIL_DNS_TLS_CERT: '/etc/dns.crt' })
    expect(half.ok ? [] : half.problems).toEqual([
      expect.stringMatching(/^ACCUEIL_DNS_TLS_KEY is missing: with ACCUEIL_DNS_TLS_CERT/),
    ])
    const none = readConfig({ ACCUEIL_DNS_DOH_LISTEN: '0.0.0.0:443' })
    expect(none.ok ? [] : none.problems).toEqual([
      expect.stringMatching(/^ACCUEIL_DNS_TLS_CERT and ACCUEIL_DNS_TLS_KEY is missing/),
    ])
  })

  test('names an identity provider, and not half of one', () => {
    const OIDC = { OIDC_ISSUER: 'https://sso.example.org', OIDC_CLIENT_ID: 'accueil' }
    const read = readConfig(OIDC)
    expect(read.ok && read.config.oidc).toEqual({
      issuer: 'https://sso.example.org',
      clientId: 'accueil',
      clientSecret: null,
    })
    expect(readConfig({ OIDC_CLIENT_SECRET: 's' })).toMatchObject({
      ok: false,
      problems: [expect.stringContaining('OIDC_ISSUER is missing')],
    })
    expect(readConfig({ OIDC_ISSUER: 'https://sso.example.org' })).toMatchObject({
      ok: false,
      problems: [expect.stringContaining('OIDC_CLIENT_ID is missing')],
    })
  })

  test('that sends passwords over a network in clear is told so', () => {
    const plain = readConfig({
      ACCUEIL_PUBLIC_URL: 'http://wifi.example.org',
      OIDC_ISSUER: 'http://sso.example.org',
      OIDC_CLIENT_ID: 'accueil',
    })
    expect(plain.ok && plain.config.warnings).toEqual([
      expect.stringContaining('ACCUEIL_PUBLIC_URL is http://'),
      expect.stringContaining('OIDC_ISSUER is http://'),
    ])
    const local = readConfig({ ACCUEIL_PUBLIC_URL: 'http://127.0.0.1:8080' })
    expect(local.ok && local.config.warnings).toEqual([])
  })

  test('names a directory with four variables, and none of them alone', () => {
    const LDAP = {
      LDAP_URL: 'ldaps://one.example.org, ldap://two.example.org:1389',
      LDAP_BIND_DN: 'cn=accueil,dc=restos,dc=example',
      LDAP_BIND_PASSWORD: 'let-me-look',
      LDAP_BASE_DN: 'ou=people,dc=restos,dc=example',
    }
    const read = readConfig(LDAP)
    expect(read.ok && read.config.directory).toMatchObject({
      urls: ['ldaps://one.example.org', 'ldap://two.example.org:1389'],
      startTls: true,
      kind: null,
      realms: ['restos.example', ''],
    })
    const half = readConfig({ ...LDAP, LDAP_BASE_DN: undefined, LDAP_URL: 'https://x' })
    expect(half.ok ? [] : half.problems).toEqual([
      'LDAP_BASE_DN is missing: a directory needs all four LDAP_ variables',
      'LDAP_URL names "https://x", which is not an address such as ldaps://ldap.restos.example',
    ])
  })
})
