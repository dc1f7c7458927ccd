import { isUtf8 } from 'node:buffer'
import { CsvError, parse } from 'csv-parse/sync'

/** A table as people save it from a spreadsheet. */
export interface CsvTable {
  readonly header: readonly string[]
  readonly rows: readonly CsvRow[]
}

export interface CsvRow {
  /** In the file, from 1; that of its last line where a cell has line breaks. */
  readonly line: number
  readonly cells: readonly string[]
}

export type CsvOutcome =
  | { readonly ok: true; readonly table: CsvTable }
  | { readonly ok: false; readonly line: number; readonly problem: string }

const MOST_BYTES = 16 * 1024 * 1024
const MOST_ROWS = 20_000
const SEPARATORS = [';', ',', '\t'] as const

/** UTF-8 with or without its mark, UTF-16 ("Unicode text"), else what a French Windows writes. */
export function readCsv(bytes: Uint8Array): CsvOutcome {
  if (bytes.length > MOST_BYTES) {
    return { ok: false, line: 1, problem: `is larger than ${MOST_BYTES} bytes` }
  }
  const text = textOf(bytes)
  const [first = ''] = text.split(/\r\n|\r|\n/, 1)
  try {
    const records = parse(text, {
      delimiter: separatorOf(first),
      bom: true,
      info: true,
      relax_column_count: true,
      // ="75-0042": so that a spreadsheet leaves the zeros.
      relax_quotes: true,
      skip_empty_lines: true,
      to: MOST_ROWS + 2,
    }) as unknown as readonly {
      readonly info: { readonly lines: number }
      readonly record: readonly string[]
    }[]
    const [header, ...rows] = records.map(({ info, record }) => ({
      line: info.lines,
      cells: record.map(cellOf),
    }))
    if (header === undefined) return { ok: false, line: 1, problem: 'is empty' }
    if (rows.length > MOST_ROWS) {
      return { ok: false, line: MOST_ROWS + 2, problem: `has more than ${MOST_ROWS} rows` }
    }
    const filled = rows.filter(({ cells }) => cells.some((cell) => cell !== ''))
    return { ok: true, table: { header: header.cells, rows: filled } }
  } catch (thrown) {
    if (!(thrown instanceof CsvError)) throw thrown
    const line = Number(thrown['lines'] ?? 1)
    return { ok: false, line, problem: 'has a quotation mark that nothing closes' }
  }
}

function textOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  return new TextDecoder(isUtf8(bytes) ? 'utf-8' : 'windows-1252').decode(bytes)
}

/** That which the header has most of, outside of quotes. */
function separatorOf(header: string): string {
  const bare = header.replaceAll(/"[^"]*"/g, '')
  const counted = SEPARATORS.map((separator) => [bare.split(separator).length, separator] as const)
  return counted.reduce((most, one) => (one[0] > most[0] ? one : most))[1]
}

function cellOf(text: string): string {
  const [, formula] = /^="(.*)"$/s.exec(text.trim()) ?? []
  return (formula ?? text).replaceAll(/\s+/g, ' ').trim()
}
