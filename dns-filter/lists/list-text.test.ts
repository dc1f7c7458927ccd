import { describe, expect, test } from 'vitest'
import { textOfName } from './index-about.ts'
import { ListReader } from './list-text.ts'
import type { ListReport } from './list-text.ts'

function read(text: string | Uint8Array): { names: string[]; report: ListReport } {
  const names: string[] = []
  const reader = new ListReader(Buffer.from(text), ({ name, scope }, line) => {
    const below = { name: ' alone', 'name-and-below': '', below: ' below' }[scope]
    names.push(`${line} ${textOfName(name)}${below}`)
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
    ['||bad.example^', 'not a domain name'],
    ['@@||bad.example^', 'not a domain name'],
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
    expect(report).toMatchObject({ unusable: 1, faults: [{ line: 1, fault }] })
  })
})

describe('a whole list', () => {
  test('keeps count of its lines, in slices, with a byte order mark and without a last newline', () => {
    const { names, report } = read('\ufeffa.example\r\n# c\r\n\r\n||x^\r\nb.example')
    expect(names).toEqual(['1 a.example', '5 b.example'])
    expect(report).toEqual({
      lines: 5,
      names: 2,
      unusable: 1,
      faults: [{ line: 4, fault: 'not a domain name' }],
    })
  })

  test('shows no more than the first faults, and counts them all', () => {
    const { report } = read('||x^\n'.repeat(1_000))
    expect(report.unusable).toBe(1_000)
    expect(report.faults.length).toBe(20)
  })

  test('of bytes that are no text is counted as such', () => {
    const { names, report } = read(Uint8Array.from({ length: 512 }, (_, i) => i & 0xff))
    expect(names).toEqual([])
    expect(report.unusable).toBeGreaterThan(0)
  })
})
