import { describe, expect, test } from 'vitest'
import { readCsv } from './csv-table.ts'

function table(bytes: Uint8Array | string): unknown {
  const read = readCsv(typeof bytes === 'string' ? Buffer.from(bytes) : bytes)
  return read.ok ? [read.table.header, ...read.table.rows.map(({ cells }) => cells)] : read
}

describe('a table is read', () => {
  test('whatever separates its columns, commas in a quoted header included', () => {
    const rows = [
      ['code', 'nom, du centre'],
      ['1', 'Été'],
    ]
    expect(table('code;"nom, du centre"\n1;Été\n')).toEqual(rows)
    expect(table('code,"nom, du centre"\r\n1,Été\r\n')).toEqual(rows)
    expect(table('code\t"nom, du centre"\r1\tÉté')).toEqual(rows)
  })

  test('in UTF-8 with its mark, in UTF-16 and in what a French Windows writes', () => {
    const rows = [['réseau'], ['Œuvre €']]
    const text = 'réseau\nŒuvre €\n'
    expect(table(`\u{feff}${text}`)).toEqual(rows)
    expect(table(Buffer.from(`\u{feff}${text}`, 'utf16le'))).toEqual(rows)
    const windows = Buffer.concat([
      Buffer.from('réseau\n', 'latin1'),
      Uint8Array.of(0x8c),
      Buffer.from('uvre '),
      Uint8Array.of(0x80),
    ])
    expect(table(windows)).toEqual(rows)
  })

  test('with quotes, line breaks in a cell, and zeros that a formula keeps', () => {
    expect(table('code;nom\n="01-0007";"Le ""Petit""\nCentre"\n"=""01-0008""";x\n;\n')).toEqual([
      ['code', 'nom'],
      ['01-0007', 'Le "Petit" Centre'],
      ['01-0008', 'x'],
    ])
  })

  test('line by line: blank lines count, and a quotation mark that nothing closes is named', () => {
    const read = readCsv(Buffer.from('code\n\na\n"b\nc"\nd\n'))
    expect(read.ok && read.table.rows).toEqual([
      { line: 3, cells: ['a'] },
      { line: 5, cells: ['b c'] },
      { line: 6, cells: ['d'] },
    ])
    expect(table('code;nom\na;"b\n')).toMatchObject({
      ok: false,
      problem: expect.stringContaining('quotation mark'),
    })
    expect(table('')).toMatchObject({ ok: false, problem: 'is empty' })
  })

  test('of 16 MiB and 20,000 rows at most', () => {
    expect(table(new Uint8Array(16 * 1024 * 1024 + 1))).toMatchObject({ ok: false })
    expect(table('a\n'.repeat(20_002))).toMatchObject({
      ok: false,
      problem: expect.stringContaining('20000 rows'),
    })
  })
})
