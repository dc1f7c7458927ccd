import { describe, expect, test } from 'vitest'
import { CONTRACT_FILES, temporaryFolder } from '../../test/support/folder.ts'
import { readDeclaration } from './read.ts'

function problemsOf(files: Readonly<Record<string, string>>): readonly string[] {
  using folder = temporaryFolder(files)
  const yaml = Object.keys(files).filter((name) => name.endsWith('.yaml'))
  const read = readDeclaration(yaml.map((name) => folder.file(name)))
  return read.ok ? [] : read.problems.map((problem) => problem.replaceAll(`${folder.path}/`, ''))
}

describe('a declaration', () => {
  test('of the contract is read whole, its files with it', () => {
    using folder = temporaryFolder(CONTRACT_FILES)
    const read = readDeclaration([folder.file('house.yaml')])
    if (!read.ok) throw new Error(read.problems.join('\n'))
    const { organisation, sites, terms, lists, rules } = read.declaration
    expect(organisation?.logo?.type).toBe('image/svg+xml')
    expect(sites?.[0]?.networks.guest).toMatchObject({
      subnets: ['192.168.77.0/24'],
      grant: 2_592_000,
    })
    expect(terms?.[0]).toMatchObject({ version: '2026-01', text: { fr: '# Conditions\n' } })
    expect(Buffer.from(lists?.[0]?.content ?? []).toString()).toBe('bad.example\n')
    expect(rules).toEqual([{ action: 'block', domain: 'example.org', network: 'guest' }])
  })

  test('of a network says how its addresses are translated, or why that cannot be', () => {
    const house = (nat: string): Record<string, string> => ({
      'a.yaml': `version: 1
sites:
  - code: "75-0042"
    name: Centre Nation
    association: "75"
    networks:
      guest: { subnets: [192.168.77.0/24], nat: ${nat} }
`,
    })
    using folder = temporaryFolder(house('{ ports: 1024-65535, each: 250 }'))
    const read = readDeclaration([folder.file('a.yaml')])
    if (!read.ok) throw new Error(read.problems.join('\n'))
    expect(read.declaration.sites?.[0]?.networks.guest?.nat).toEqual({
      ...{ address: null, firstPort: 1024, lastPort: 65_535, portsEach: 250 },
    })
    expect(problemsOf(house('{ ports: 1024-65535, each: 1000 }'))).toEqual([
      expect.stringMatching(/^a.yaml:7: .*nat.each .*256 addresses need a block each/),
    ])
    expect(problemsOf(house('{ address: 2001:db8::1, ports: 70000-1, each: 1 }'))).toEqual([
      expect.stringMatching(/nat.address .*is not an IPv4 address/),
      expect.stringMatching(/nat.ports .*"70000-1" is not a range of ports/),
    ])
  })

  test('has every mistake named with file, line and key', () => {
    const found = problemsOf({
      'a.yaml': `version: 1
sites:
  - code: 75
    name: Centre Nation
    association: "75"
    timezone: Europe/Pariss
    colour: red
    networks:
      guest: { subnets: [192.168.77.0/40], grant: forever }
    gateways:
      - { name: gw, address: 127.0.0.1/32, secret: testing123, kind: nodog }
      - { name: gw2, address: 127.0.0.2, secret: testing123, kind: opennds }
rules:
  - { action: deny, domain: "bad domain" }
terms:
  - { version: "1", effective: soon, text: { fr: ./terms.md } }
`,
    })
    expect(found).toEqual([
      'a.yaml:3: sites[0].code must be text: put it in quotes, "75"',
      'a.yaml:6: sites[0].timezone is not a time zone such as Europe/Paris',
      'a.yaml:9: sites[0].networks.guest.subnets[0] "192.168.77.0/40" is not an address or a prefix such as 192.0.2.0/24',
      'a.yaml:9: sites[0].networks.guest.grant "forever" is not a length of time such as 12h or 30d, a year at most',
      'a.yaml:11: sites[0].gateways[0].kind "nodog" is not a kind of gateway; there are generic, opennds, coovachilli, uspot, mikrotik, unifi, omada, meraki, cisco, aruba, ruckus',
      'a.yaml:12: sites[0].gateways[1].fas a gateway of kind opennds needs fas: { level: 1, key: … }, any other must not have it',
      'a.yaml:7: sites[0].colour is not a key of this format',
      'a.yaml:16: terms[0].effective is not a date such as 2026-01-01',
      'a.yaml:14: rules[0].action must be block or allow',
      'a.yaml:14: rules[0].domain "bad domain" is not a domain name',
    ])
  })

  test('of a gateway has the keys of its kind and no others, at their lines', () => {
    const gateways = [
      'kind: generic, uam: { secret: s3cret-of-uam }',
      'kind: opennds, fas: { level: 5, key: 1234567890 }',
      'kind: opennds, fas: { level: 0, key: "1234567890" }',
      'kind: coovachilli',
      'kind: uspot, uam: { secret: s3cret-of-uam, method: mschap }',
      'kind: unifi, controller: { url: "http://192.0.2.1:8443", api_key: abcdefgh }',
      'kind: unifi, controller: { url: "https://192.0.2.1:8443", username: a }',
      'kind: omada, controller: { url: "https://192.0.2.1:8043", username: a, password: bcdefg, id: x, key: y }',
      'kind: cisco, captive: { acl: REDIRECT }',
      'kind: aruba, captive: { acl: REDIRECT }, coa: {}',
      'kind: ruckus, controller: { url: "https://192.0.2.1:9443", password: abcdef, certificate: "sha256:12" }',
    ]
    const found = problemsOf({
      'a.yaml': `version: 1
sites:
  - code: "75"
    name: Centre Nation
    association: "75"
    gateways:
${gateways.map((keys, i) => `      - { name: gw${i}, address: 127.0.0.${i}/32, secret: testing123, ${keys} }`).join('\n')}
`,
    })
    const at = (i: number, rest: string): string =>
      `a.yaml:${7 + i}: sites[0].gateways[${i}].${rest}`
    expect(found.toSorted()).toEqual(
      [
        at(0, 'uam is not a key of a gateway of kind generic'),
        at(1, 'fas.key must be text: put it in quotes, "1234567890"'),
        at(1, 'fas.level is from 0 to 4'),
        at(2, 'fas.level 0 names no device that an acceptance could be of: use 1 or higher'),
        at(3, 'uam is missing'),
        at(4, 'uam.method must be chap or pap'),
        at(5, 'controller.url must begin with https://: a password goes there'),
        at(6, 'controller needs api_key, or username and password'),
        at(7, 'controller.key is not a key of this format'),
        at(8, 'coa is missing: a device that accepted is asked again by it'),
        at(9, 'captive.acl is not a key of this format'),
        at(9, 'captive.role is missing'),
        at(
          10,
          'controller.certificate "sha256:12" is not sha256: and 64 hexadecimal digits, as openssl x509 -noout -fingerprint -sha256 prints them',
        ),
      ].toSorted(),
    )
  })

  test('of a gateway says how it proves who it is, in one way', () => {
    const gateway = (keys: string): string =>
      `      - { name: gw, secret: testing123, kind: generic${keys} }\n`
    const found = problemsOf({
      'a.yaml': `version: 1
authorities:
  - { name: gateways, file: ./no.pem }
  - { name: others, file: ./text.pem, revoked: [xyz] }
sites:
  - code: "75"
    name: Centre Nation
    association: "75"
    gateways:
${gateway('')}${gateway(', radsec: { certificate: "sha256:00" }')}${gateway(', radsec: { name: gw }')}${gateway(', radsec: { psk: short }')}${gateway(', radsec: {}')}${gateway(', address: 10.0.0.1, coa: { port: 0, vendor: cisca }')}`,
    })
    expect(found).toEqual([
      'a.yaml:4: authorities[1].revoked[0] is not a serial number in hexadecimal, in quotes',
      'a.yaml:10: sites[0].gateways[0].address is missing: a gateway is known by its address, or by radsec',
      expect.stringMatching(
        /^a.yaml:11: sites.0..gateways.1..radsec.certificate "sha256:00" is not/,
      ),
      'a.yaml:12: sites[0].gateways[2].radsec.authority goes with name: which of the authorities must have issued the certificate',
      'a.yaml:13: sites[0].gateways[3].radsec.psk has fewer than 16 characters',
      'a.yaml:14: sites[0].gateways[4].radsec must have one of certificate, name (with authority), psk',
      expect.stringMatching(/^a.yaml:15: .*coa.port/),
      expect.stringMatching(/^a.yaml:15: .*coa.vendor must be one of standard, aruba, cisco/),
    ])
  })

  test('names an authority that is none', () => {
    const found = problemsOf({
      'a.yaml': 'version: 1\nauthorities: [{ name: gateways, file: ./text.pem }]\n',
      'text.pem': 'no certificate',
    })
    expect(found).toEqual([
      'a.yaml:2: authorities[0].file names ./text.pem, which is not one certificate in PEM',
    ])
  })

  test('of a list says where it is from, once and rightly', () => {
    const found = problemsOf({
      'a.yaml': `version: 1
lists:
  - { name: both, category: c, file: ./adult.txt, url: "https://lists.example/adult" }
  - { name: none, category: c }
  - { name: ftp, category: c, url: "ftp://lists.example/adult" }
  - { name: folder, category: c, file: ./adult.txt, folder: adult }
  - { name: right, category: c, url: "https://lists.example/all.tar.gz", folder: adult }
`,
      'adult.txt': '',
    })
    expect(found).toEqual([
      'a.yaml:3: lists[0].file a list has either file or url',
      'a.yaml:4: lists[1].file a list has either file or url',
      'a.yaml:5: lists[2].url is not an https://, http:// or rpz+axfr:// address',
      'a.yaml:6: lists[3].url is missing: folder and allow_private are for a list that is fetched',
    ])
  })

  test('with a fault of YAML, a missing file or nothing in it says where', () => {
    expect(problemsOf({ 'a.yaml': 'version: 1\nsites: [\n' })).toEqual([
      expect.stringMatching(/^a\.yaml:3: Flow sequence/),
    ])
    expect(problemsOf({ 'a.yaml': '' })).toEqual(['a.yaml:1: version must be 1'])
    expect(
      problemsOf({
        'a.yaml': 'version: 1\nlists:\n  - { name: l, category: c, file: ./gone.txt }\n',
      }),
    ).toEqual([
      expect.stringMatching(/^a\.yaml:3: lists\[0\]\.file names gone\.txt, which cannot be read/),
    ])
  })

  test('in two files may not say a thing twice', () => {
    const associations = 'version: 1\nassociations:\n  - { code: "75", name: Paris }\n'
    expect(problemsOf({ 'a.yaml': associations, 'b.yaml': associations })).toEqual([
      'b.yaml:3: associations[0] declares the association "75" again, it stands at a.yaml:3: associations[0]',
    ])
  })

  test('may not rest on two legal bases at once, and names both', () => {
    const legal = `version: 1
legal:
  - { id: decree-1, text: first, from: 2025-10-21, until: 2026-10-20 }
  - { id: decree-2, text: second, from: 2026-10-21, until: 2027-10-20 }
  - { id: security, text: third, network: staff, from: 2028-01-01 }
`
    expect(problemsOf({ 'a.yaml': legal })).toEqual([])
    expect(problemsOf({ 'a.yaml': legal.replace('from: 2026-10-21', 'from: 2026-10-20') })).toEqual(
      [
        'a.yaml:4: legal[1] "decree-2" is in force at the same time as "decree-1" at a.yaml:3: legal[0]; "until" is the last day, which counts',
      ],
    )
    expect(problemsOf({ 'a.yaml': legal.replace(', until: 2027-10-20', '') })).toEqual([
      expect.stringMatching(/^a\.yaml:5: legal\[2\] "security" is in force/),
    ])
    expect(
      problemsOf({ 'a.yaml': legal.replace('until: 2026-10-20', 'until: 2025-10-20') }),
    ).toEqual(['a.yaml:3: legal[0].until is before from'])
  })
})
