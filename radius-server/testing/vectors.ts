import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ATTRIBUTE } from '../dictionary.ts'
import type { AttributeName } from '../dictionary.ts'

const FOLDER = join(import.meta.dirname, '../../test/vectors/radius')

/** One packet of a vector file and what is expected of it. */
export interface Vector {
  readonly file: string
  readonly title: string
  readonly secret: string
  readonly packet: Buffer
  /** The request that this packet answers. */
  readonly answers: Buffer | null
  /** Every attribute as a line, where the vector says them. */
  readonly shown: readonly string[]
  readonly expected: readonly { readonly what: string; readonly value: string }[]
}

/**
 * The format, a line each: `# comment`, `title …`, `secret …`, `decode HEX…`, `answers HEX…`,
 * `match NAME VALUE` for what must come out, `shows LINE` for each attribute; a blank line ends a vector.
 */
export function readVectors(): Vector[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.txt'))
    .toSorted()
    .flatMap((file) =>
      readFileSync(join(FOLDER, file), 'utf8')
        .split(/\n\s*\n/)
        .flatMap((block) => readVector(file, block)),
    )
}

function readVector(file: string, block: string): Vector[] {
  const lines = block
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  if (lines.length === 0) return []
  const of = (keyword: string): string[] =>
    lines
      .filter((line) => line.startsWith(`${keyword} `))
      .map((line) => line.slice(keyword.length + 1).trim())
  const hex = (texts: string[]): Buffer => Buffer.from(texts.join('').replace(/\s/g, ''), 'hex')
  const answers = of('answers')
  return [
    {
      file,
      title: of('title').join(' '),
      secret: of('secret').join(''),
      packet: hex(of('decode')),
      answers: answers.length === 0 ? null : hex(answers),
      shown: of('shows'),
      expected: of('match').map((line) => {
        const space = line.indexOf(' ')
        return { what: line.slice(0, space), value: line.slice(space + 1) }
      }),
    },
  ]
}

export function isAttributeName(name: string): name is AttributeName {
  return Object.hasOwn(ATTRIBUTE, name)
}
