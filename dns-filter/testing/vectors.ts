import { readdirSync, readFileSync } from 'node:fs'
import type { Query } from '../message/query.ts'
import { HEADER } from '../message/query.ts'
import { readAnswer } from '../message/response.ts'
import type { Answer } from '../message/response.ts'
import type { Forwarder } from '../upstream/forwarder.ts'
import type { Transport } from '../via.ts'
import { createFilter, filter, rule } from './filter.ts'
import type { Filter } from './filter.ts'

type Expected = Readonly<Record<string, string>> | 'silence'

export interface Vector {
  readonly title: string
  readonly query: Uint8Array
  /** Fields of the answer, or silence. */
  readonly expected: Readonly<Record<Transport, Expected>>
}

const FOLDER = new URL('../../test/vectors/dns/', import.meta.url)

export function readVectors(): readonly Vector[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.txt'))
    .flatMap((file) => parseVectors(readFileSync(new URL(file, FOLDER), 'utf8')))
}

function parseVectors(text: string): Vector[] {
  return text
    .split(/\n{2,}/)
    .filter((block) => /^query /m.test(block))
    .map((block) => {
      const hex = /^query (\S+)/m.exec(block)?.[1] ?? '-'
      return {
        title: /^# (.*)/m.exec(block)?.[1] ?? hex,
        query: Buffer.from(hex === '-' ? '' : hex, 'hex'),
        expected: {
          udp: need(block, 'udp'),
          tcp: need(block, 'tcp'),
          dot: need(block, 'dot'),
          doh: need(block, 'doh'),
        },
      }
    })
}

/** The words that speak of each transport. */
const WORDS: Readonly<Record<Transport, readonly string[]>> = {
  udp: ['udp', 'plain', 'answer'],
  tcp: ['tcp', 'plain', 'stream', 'answer'],
  dot: ['dot', 'encrypted', 'stream', 'answer'],
  doh: ['doh', 'encrypted', 'stream', 'answer'],
}

function need(block: string, transport: Transport): Expected {
  for (const word of WORDS[transport]) {
    const found = fields(block, word)
    if (found !== null) return found
  }
  throw new Error(`the vector says nothing about ${transport}:\n${block}`)
}

function fields(block: string, word: string): Expected | null {
  const line = new RegExp(`^${word} (.*)`, 'm').exec(block)?.[1]
  if (line === undefined) return null
  if (line === 'silence') return 'silence'
  return Object.fromEntries(
    line.split(' ').map((field) => {
      const at = field.indexOf('=')
      return [field.slice(0, at), field.slice(at + 1)]
    }),
  )
}

/** The house that the vectors are asked of. */
export function createVectorFilter(): Promise<Filter> {
  return createFilter({
    lists: {
      adult: {
        blocks: ['guest', 'staff'],
        text: 'bad.example\n*.zipper\nhalf.example\ncaptive.apple.com\nportal.example.org\n',
      },
      court: { blocks: [], text: 'ordered.example\n' },
      games: { blocks: [], text: 'play.example\n' },
      news: { blocks: [], text: 'paper.example\n' },
      shop: { blocks: [], text: 'buy.example\n' },
    },
    filters: [
      filter({
        block: ['games', 'news', 'shop'],
        imposed: ['court'],
        answers: ['games=zero', 'news=nodata', 'shop=page'],
        page: ['192.0.2.10', '2001:db8::10'],
        safeSearch: true,
      }),
    ],
    rules: [rule('block', 'ruled.example.org'), rule('allow', 'open.half.example')],
    forwarder: cannedForwarder,
  })
}

/** Knows every name: one record of the type asked, and nine long ones of big.example.net. */
export const cannedForwarder: Forwarder = {
  resolve(query, onAnswer) {
    queueMicrotask(() => onAnswer(cannedAnswer(query)))
    return 'asked'
  },
  isBusy: false,
  isIdle: true,
  stop() {},
}

function cannedAnswer(query: Query): Answer {
  const question = Buffer.from(query.bytes.subarray(HEADER, query.questionEnd))
  const isBig = query.type === 16 && question.toString('latin1').startsWith('\x03big\x07example')
  const data = isBig ? Buffer.from(`\xfa${'b'.repeat(250)}`, 'latin1') : dataOf(query.type)
  const record = Buffer.alloc(12 + data.length)
  record.set([0xc0, 0x0c, query.type >>> 8, query.type & 0xff, 0, 1, 0, 0, 1, 44, 0, data.length])
  data.copy(record, 12)
  const count = isBig ? 9 : 1
  const header = Buffer.from([0, 0, 0x81, 0x80, 0, 1, 0, count, 0, 0, 0, 0])
  const records = Array.from({ length: count }, () => record)
  const message = Buffer.concat([header, question, ...records])
  const answer = readAnswer(message, question.length, query.dnssecOk)
  if (answer === null) throw new Error('the canned answer is bad')
  return answer
}

function dataOf(type: number): Buffer {
  if (type === 1) return Buffer.from([203, 0, 113, 9])
  if (type === 28) return Buffer.from('20010db8000000000000000000000001', 'hex')
  if (type === 2 || type === 5 || type === 12) return Buffer.from('\x02ns\x00', 'latin1')
  return Buffer.from('\x00\x00\x00', 'latin1')
}
