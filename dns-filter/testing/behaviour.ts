import { HEADER } from '../message/query.ts'
import { answerTo, questionOf } from './scripted-upstream.ts'
import type { Move, Script } from './scripted-upstream.ts'

const UNSIGNED = 0x8180

/**
 * What an upstream does, by words that may change while it runs: first what it is, then details
 * such as `host=7` (last byte of the address), `ttl=300`, `ad`.
 */
export function behave(words: readonly string[]): Script {
  const number = (name: string, fallback: number): number =>
    Number(words.find((word) => word.startsWith(`${name}=`))?.split('=')[1] ?? fallback)

  function honest(query: Buffer, host = number('host', 1)): Buffer {
    const flags = words.includes('ad') ? UNSIGNED | 0x20 : UNSIGNED
    return answerTo(query, { host, flags, ttl: number('ttl', 300) })
  }

  return {
    udp(query): readonly Move[] {
      const forged = honest(query, 66)
      switch (words[0]) {
        case 'silent':
          return []
        case 'refuses':
          return [{ bytes: answerTo(query, { flags: 0x8185 }) }]
        case 'fails':
          return [{ bytes: withError(answerTo(query, { flags: 0x8182 }), number('ede', 0)) }]
        case 'denies':
          return [{ bytes: denial(query, number('ttl', 300)) }]
        case 'truncates':
          return [{ bytes: answerTo(query, { flags: 0x8380 }) }]
        case 'knows-no-edns':
          return [
            {
              bytes:
                query.readUInt16BE(10) > 0 ? answerTo(query, { flags: 0x8181 }) : honest(query),
            },
          ]
        case 'writes-small':
          return [{ bytes: lowerCase(honest(query)) }]
        case 'is-forged-by-id':
          forged.writeUInt16BE(query.readUInt16BE(0) ^ 1, 0)
          return [{ bytes: forged }, { bytes: honest(query) }]
        case 'is-forged-by-case':
          return [{ bytes: otherCase(forged) }, { bytes: honest(query) }]
        case 'is-forged-by-question':
          forged[HEADER + 1] = 0x7a
          return [{ bytes: forged }, { bytes: honest(query) }]
        case 'is-forged-by-port':
          return [{ bytes: forged, from: 'another port' }, { bytes: honest(query) }]
        case 'is-flooded':
          return Array.from({ length: 20 }, (_, i) => {
            const bytes = Buffer.from(forged)
            bytes.writeUInt16BE(query.readUInt16BE(0) ^ (i + 1), 0)
            return { bytes }
          })
        case 'stammers':
          return [{ bytes: honest(query).subarray(0, -3) }]
        case 'answers':
          return [{ bytes: honest(query) }]
        default:
          throw new Error(`no upstream ${words[0]}`)
      }
    },
    tcp: (query) => (words[0] === 'silent' ? null : honest(query)),
  }
}

function lowerCase(answer: Buffer): Buffer {
  for (let i = HEADER; i < nameEnd(answer); i++) {
    const byte = answer[i] ?? 0
    if (byte >= 0x41 && byte <= 0x5a) answer[i] = byte + 0x20
  }
  return answer
}

function otherCase(answer: Buffer): Buffer {
  for (let i = HEADER; i < nameEnd(answer); i++) {
    const byte = (answer[i] ?? 0) | 0x20
    if (byte >= 0x61 && byte <= 0x7a) answer[i] = (answer[i] ?? 0) ^ 0x20
  }
  return answer
}

function nameEnd(answer: Buffer): number {
  return HEADER + questionOf(answer).length - 4
}

/** NXDOMAIN with the SOA of the root, whose minimum is `seconds`. */
function denial(query: Buffer, seconds: number): Buffer {
  const out = answerTo(query, { flags: 0x8183 })
  out.writeUInt16BE(1, 8)
  const soa = Buffer.alloc(1 + 10 + 22)
  soa.writeUInt16BE(6, 1)
  soa.writeUInt16BE(1, 3)
  soa.writeUInt32BE(3600, 5)
  soa.writeUInt16BE(22, 9)
  soa.writeUInt32BE(seconds, 29)
  return Buffer.concat([out, soa])
}

function withError(answer: Buffer, code: number): Buffer {
  answer.writeUInt16BE(1, 10)
  const text = Buffer.from('signature-expired')
  const opt = Buffer.alloc(17)
  opt.writeUInt16BE(41, 1)
  opt.writeUInt16BE(1232, 3)
  opt.writeUInt16BE(6 + text.length, 9)
  opt.writeUInt16BE(15, 11)
  opt.writeUInt16BE(2 + text.length, 13)
  opt.writeUInt16BE(code, 15)
  return Buffer.concat([answer, opt, text])
}
