import type { Cookies } from './message/cookies.ts'
import { truncatedAnswer, udpLimit } from './message/answer.ts'
import { LIMITS } from './limits.ts'
import { endOfName, uint16At } from './message/name.ts'
import type { Query } from './message/query.ts'
import { HEADER } from './message/query.ts'
import { Option } from './message/registry.ts'
import type { DnsMetrics } from './metrics.ts'
import type { Via } from './via.ts'

/** RFC 8467 section 4.1: answers are as long as a multiple of this. */
const PADDED_TO = 468

/** The answer as it may leave: with the options that the client asked for, and no longer than it can take. */
export type Finish = (answer: Uint8Array, query: Query, source: string, via: Via) => Uint8Array

export function createFinish(deps: {
  readonly cookies: Cookies
  /** What NSID answers, so that a person can tell which machine it was. */
  readonly nodeName: string
  readonly metrics: DnsMetrics
}): Finish {
  const { cookies, metrics } = deps
  const nsid = Buffer.from(deps.nodeName).subarray(0, LIMITS.nodeName)

  return (answer, query, source, via) => {
    const { options } = query
    const isUdp = via.transport === 'udp'
    const isEncrypted = via.transport === 'dot' || via.transport === 'doh'
    const cookie = options.cookie === null ? null : cookies.answer(options.cookie, source)
    const keepsAlive =
      options.keepalive === 'asked' && (via.transport === 'tcp' || via.transport === 'dot')
    const extra =
      (cookie === null ? 0 : 4 + cookie.length) +
      (options.wantsNsid ? 4 + nsid.length : 0) +
      (keepsAlive ? 6 : 0)
    let whole = answer
    if (isUdp && answer.length + extra > udpLimit(query)) {
      metrics.truncated.inc()
      whole = truncatedAnswer(query)
    }
    const isPadded = isEncrypted && options.isPadded
    if (extra === 0 && !isPadded) return whole
    const at = optOf(whole)
    if (at < 0) return whole

    const length = whole.length + extra
    const padding = isPadded ? paddingFor(length) : 0
    const out = Buffer.alloc(length + padding)
    out.set(whole, 0)
    let end = whole.length
    if (cookie !== null) end = writeOption(out, end, Option.Cookie, cookie)
    if (options.wantsNsid) end = writeOption(out, end, Option.Nsid, nsid)
    if (keepsAlive) {
      out.writeUInt16BE(LIMITS.tcpIdle / 100, end + 4)
      end = writeOption(out, end, Option.Keepalive, out.subarray(end + 4, end + 6))
    }
    if (padding > 0) {
      out.writeUInt16BE(Option.Padding, end)
      out.writeUInt16BE(padding - 4, end + 2)
    }
    out.writeUInt16BE(uint16At(whole, at + 9) + extra + padding, at + 9)
    return out
  }
}

/** Bytes of the padding option, its head included; 0 where there is no room for it. */
function paddingFor(length: number): number {
  const padded = Math.ceil((length + 4) / PADDED_TO) * PADDED_TO
  return padded > LIMITS.message ? 0 : padded - length
}

function writeOption(out: Buffer, at: number, code: number, data: Uint8Array): number {
  out.writeUInt16BE(code, at)
  out.writeUInt16BE(data.length, at + 2)
  out.set(data, at + 4)
  return at + 4 + data.length
}

/** Offset of the OPT record, which is the last one of every answer of ours that has it; else -1. */
function optOf(answer: Uint8Array): number {
  if (uint16At(answer, 10) === 0) return -1
  let at = HEADER
  if (uint16At(answer, 4) === 1) at = endOfName(answer, at) + 4
  const before = uint16At(answer, 6) + uint16At(answer, 8) + uint16At(answer, 10) - 1
  for (let i = 0; i < before; i++) {
    at = endOfName(answer, at)
    at += 10 + uint16At(answer, at + 8)
  }
  return at
}
