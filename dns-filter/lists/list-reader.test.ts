import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { textOfName } from '../message/name.ts'
import { ListReader } from './list-reader.ts'
import type { ListReport } from './list-reader.ts'

function read(text: string | Uint8Array): { names: string[]; report: ListReport } {
  const names: string[] = []
  const reader = new ListReader(Buffer.from(text), ({ name, scope, action }, line) => {
    const below = { name: ' alone', 'name-and-below': '', below: ' below' }[scope]
    const does = { block: '', allow: ' allowed', insist: ' insisted' }[action]
    names.push(`${line} ${textOfName(name)}${below}${does}`)
  })
  while (reader.read(2));
  return { names, report: reader.report() }
}

describe('a line of a list', () => {
  test.each([
    ['bad.example', ['bad.example']],
    ['BAD.Example', ['bad.example']],
    ['bad.example.', ['bad.example']],
    ['bad.example\r', ['bad.example']],
    ['  bad.example\t', ['bad.example']],
    ['bad.example # why', ['bad.example']],
    ['bad.example#why', ['bad.example']],
    ['*.bad.example', ['bad.example']],
    ['*.zip', ['zip']],
    ['_dmarc.bad-name.example', ['_dmarc.bad-name.example']],
    ['xn--bcher-kva.example', ['xn--bcher-kva.example']],
    ['bücher.example', ['xn--bcher-kva.example']],
    ['*.BÜCHER.example.', ['xn--bcher-kva.example']],
    ['例え.テスト', ['xn--r8jz45g.xn--zckzah']],
    ['0.0.0.0 bad.example', ['bad.example alone']],
    ['127.0.0.1\tbad.example  worse.example # both', ['bad.example alone', 'worse.example alone']],
    [':: bad.example', ['bad.example alone']],
    ['0 bad.example', ['bad.example alone']],
    ['1.2.3.4.example', ['1.2.3.4.example']],
    // The machine's own names in a hosts file.
    ['127.0.0.1 localhost', []],
    ['::1 ip6-localhost ip6-loopback', []],
    ['127.0.0.1 localhost.localdomain', []],
    ['0.0.0.0 0.0.0.0', []],
    ['', []],
    ['   ', []],
    ['# a comment', []],
    ['#bad.example', []],
  ])('%j means %j', (line, expected) => {
    const { names, report } = read(line)
    expect(names).toEqual(expected.map((name) => `1 ${name}`))
    expect(report.unusable).toBe(0)
  })

  test.each([
    ['192.0.2.1', 'address'],
    ['2001:db8::1', 'address'],
    ['com', 'single label'],
    ['192.0.2.1 bad.example', 'not a sink address'],
    ['bad.example/path', 'not a domain name'],
    ['https://bad.example', 'not a domain name'],
    ['/ads[0-9]+/', 'not a domain name'],
    ['a..example', 'not a domain name'],
    ['.bad.example', 'not a domain name'],
    ['bad.example..', 'not a domain name'],
    ['*', 'not a domain name'],
    ['*.', 'not a domain name'],
    ['w*.bad.example', 'not a domain name'],
    ['bad example', 'not a domain name'],
    ['0.0.0.0 bad_$.example', 'not a domain name'],
    [`${'a'.repeat(64)}.example`, 'not a domain name'],
    [`${'a'.repeat(60)}.`.repeat(5), 'not a domain name'],
    ['1.2.3', 'not a domain name'],
    ['\u0000.example', 'not a domain name'],
  ])('%j is counted, not guessed: %s', (line, fault) => {
    const { names, report } = read(line)
    expect(names).toEqual([])
    expect(report).toMatchObject({
      unusable: 1,
      faults: [{ line: 1, fault, text: expect.any(String) }],
      kinds: { [fault]: 1 },
    })
  })
})

describe('a rule of AdBlock or AdGuard', () => {
  const adblock = (rule: string) => read(`! Title: rules\n${rule}`)

  test.each([
    ['||bad.example^', ['bad.example']],
    ['||BAD.example^', ['bad.example']],
    ['||bücher.example^', ['xn--bcher-kva.example']],
    ['||zip^', ['zip']],
    ['||bad.example^|', ['bad.example']],
    ['||bad.example^$all', ['bad.example']],
    ['||bad.example^$important', ['bad.example insisted']],
    ['||*.bad.example^', ['bad.example below']],
    ['*.bad.example^', ['bad.example below']],
    ['|bad.example^', ['bad.example alone']],
    ['|bad.example|', ['bad.example alone']],
    ['bad.example', ['bad.example alone']],
    ['bad.example # why', ['bad.example alone']],
    ['0.0.0.0 bad.example worse.example', ['bad.example alone', 'worse.example alone']],
    ['@@||good.example^', ['good.example allowed']],
    ['@@|good.example^', ['good.example alone allowed']],
    ['@@good.example', ['good.example alone allowed']],
    ['! bad.example', []],
    ['# bad.example', []],
    ['[Adblock Plus 2.0]', []],
  ])('%j means %j', (rule, expected) => {
    const { names, report } = adblock(rule)
    expect(names).toEqual(expected.map((name) => `2 ${name}`))
    expect(report).toMatchObject({ syntax: 'adblock', unusable: 0 })
  })

  test.each([
    ['||bad.example/ads^', 'path'],
    ['||bad.example:8080^', 'path'],
    ['://bad.example^', 'path'],
    ['||bad.example', 'pattern'],
    ['||bad*.example^', 'pattern'],
    ['||bad.exam', 'pattern'],
    ['bad.example^', 'pattern'],
    ['/ads[0-9]+\\.example/', 'pattern'],
    ['@@/ads[0-9]+\\.example/$important', 'pattern'],
    ['-ads-banner-', 'not a domain name'],
    ['com', 'not a domain name'],
    ['||192.0.2.1^', 'not a domain name'],
    ['||bad.example^$third-party', 'modifier'],
    ['||bad.example^$dnstype=AAAA', 'modifier'],
    ['||bad.example^$dnsrewrite=192.0.2.1', 'modifier'],
    ['||bad.example^$client=10.0.0.1', 'modifier'],
    ['||bad.example^$denyallow=good.example', 'modifier'],
    ['||bad.example^$important,script', 'modifier'],
    ['@@||bad.example^$important', 'modifier'],
    ['bad.example##.banner', 'cosmetic'],
    ['##.banner', 'cosmetic'],
    ['bad.example#@#.banner', 'cosmetic'],
    ['bad.example#%#alert()', 'cosmetic'],
    ['bad.example$$script', 'cosmetic'],
  ])('%j is counted, not guessed: %s', (rule, fault) => {
    const { names, report } = adblock(rule)
    expect(names).toEqual([])
    expect(report).toMatchObject({ unusable: 1, faults: [{ line: 2, fault, text: rule }] })
  })

  test('that another line takes back is left out, whatever the order of its modifiers', () => {
    const { names, report } = read(
      [
        '||a.example^$badfilter',
        '||a.example^',
        '||b.example^$important',
        '||b.example^',
        '||b.example^$badfilter,important',
        '! ||c.example^$badfilter',
        '||c.example^',
        '||d.example^$important',
        '||d.example^$badfilter',
      ].join('\n'),
    )
    expect(names).toEqual(['4 b.example', '7 c.example', '8 d.example insisted'])
    expect(report.unusable).toBe(0)
  })

  test('stands in a list of names too', () => {
    const { names } = read('bad.example\n||worse.example^\n@@||good.example^\n')
    expect(names).toEqual(['1 bad.example', '2 worse.example', '3 good.example allowed'])
  })
})

describe('a response policy zone', () => {
  const zone = `; a zone
$TTL 1h
$ORIGIN rpz.example.
@ 1h IN SOA ns.rpz.example. admin.rpz.example. (
  2026112801 ; serial
  1h 15m 30d 2h )
  IN NS ns.rpz.example.
bad.example CNAME .
*.bad.example CNAME .
Nodata.example 300 IN CNAME *.
drop.example IN 300 CNAME rpz-drop.
good.bad.example CNAME rpz-passthru.
absolute.example.rpz.example. CNAME .
bad.example CNAME .
xn--bcher-kva.example CNAME .
`

  test('means names, and what is below them, apart; twice is once', () => {
    const { names, report } = read(zone)
    expect(names).toEqual([
      '8 bad.example alone',
      '9 bad.example below',
      '10 nodata.example alone',
      '11 drop.example alone',
      '12 good.bad.example alone allowed',
      '13 absolute.example alone',
      '14 bad.example alone',
      '15 xn--bcher-kva.example alone',
    ])
    expect(report).toMatchObject({ syntax: 'rpz', unusable: 0 })
  })

  test.each([
    ['32.1.2.0.192.rpz-client-ip CNAME .', 'trigger'],
    ['24.0.2.0.192.rpz-ip CNAME .', 'trigger'],
    ['ns.bad.example.rpz-nsdname CNAME .', 'trigger'],
    ['32.1.2.0.192.rpz-nsip CNAME .', 'trigger'],
    ['bad.example CNAME rpz-tcp-only.', 'policy action'],
    ['bad.example CNAME garden.example.', 'policy action'],
    ['bad.example A 192.0.2.1', 'policy action'],
    ['bad.example TXT "a; b"', 'policy action'],
    ['b\\.ad.example CNAME .', 'not a domain name'],
    ['$INCLUDE other', 'zone syntax'],
    ['bad.example', 'zone syntax'],
  ])('%j is counted, not guessed: %s', (line, fault) => {
    const { names, report } = read(`$ORIGIN rpz.example.\n@ SOA a. b. 1 2 3 4 5\n${line}\n`)
    expect(names).toEqual([])
    expect(report).toMatchObject({ unusable: 1, faults: [{ line: 3, fault }] })
  })

  test('of another server, with its names in full and without $ORIGIN, is the same', () => {
    const { names } = read(
      'rpz.example. 7200 IN SOA ns. admin. 1 2 3 4 5\nrpz.example. 7200 IN NS ns.\nbad.example.rpz.example. 7200 IN CNAME .\n',
    )
    expect(names).toEqual(['3 bad.example alone'])
  })
})

describe('a whole list', () => {
  test('keeps count of its lines, in slices, with a byte order mark and without a last newline', () => {
    const { names, report } = read('\ufeffa.example\r\n# c\r\n\r\nx y\r\nb.example')
    expect(names).toEqual(['1 a.example', '5 b.example'])
    expect(report).toEqual({
      syntax: 'plain',
      lines: 5,
      names: 2,
      unusable: 1,
      kinds: { 'not a domain name': 1 },
      faults: [{ line: 4, fault: 'not a domain name', text: 'x y' }],
    })
  })

  test('shows no more than the first faults, and counts them all', () => {
    const { report } = read('x y\n'.repeat(1_000))
    expect(report.unusable).toBe(1_000)
    expect(report.faults.length).toBe(20)
  })

  test('of bytes that are no text is counted as such', () => {
    const { names, report } = read(Uint8Array.from({ length: 512 }, (_, i) => i & 0xff))
    expect(names).toEqual([])
    expect(report.unusable).toBeGreaterThan(0)
  })
})

test('any text at all is read to its end without an error', () => {
  const piece = fc.constantFrom(
    ...[
      '||',
      '@@',
      '^',
      '$',
      'badfilter',
      ',',
      '*.',
      '.',
      'a',
      'bad.example',
      '\n',
      ' ',
      '\t',
      '#',
    ],
    ...[
      '!',
      '$TTL 1',
      ' CNAME .',
      ' SOA ',
      '(',
      ')',
      ';',
      '"',
      '0.0.0.0 ',
      '/',
      '\\',
      'ü',
      '\0',
      '\r',
    ],
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const text = pieces.join('')
      const { names, report } = read(text)
      expect(report.names).toBe(names.length)
      expect(report.lines).toBe(text === '' ? 0 : text.replace(/\n$/, '').split('\n').length)
      const counted = Object.values(report.kinds).reduce((sum, count) => sum + count, 0)
      expect(counted).toBe(report.unusable)
    }),
    { numRuns: 2_000 },
  )
})
