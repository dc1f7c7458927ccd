import { randomInt } from 'node:crypto'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { reasonOf } from '#core/error.ts'
import type { ListKey } from '#db/list-keys.ts'
import { connectable } from '../fetch/reachable.ts'
import { LIMITS } from '../limits.ts'
import { nameFromText } from '../message/name.ts'
import { Rcode } from '../message/registry.ts'
import { frame, TcpFrames } from '../message/tcp-frames.ts'
import { readTransfer, soaNumbers, transferQuery } from './message.ts'
import { checkAnswers, signQuery } from './tsig.ts'
import { createTransferReader, readZoneText } from './zone.ts'
import type { TransferReader, ZoneText } from './zone.ts'

export interface TransferOptions {
  /** `rpz+axfr://HOST:PORT/ZONE` */
  readonly url: string
  readonly key: ListKey | null
  /** The text in force, of which only what has changed is asked for; null: the whole. */
  readonly text: Uint8Array | null
  /** Addresses of the house's own network too. */
  readonly allowPrivate: boolean
  /** Milliseconds since the epoch, by which signatures are judged. */
  readonly now: number
  readonly timeMs?: number
  readonly pauseMs?: number
}

export type Transferred =
  | { readonly kind: 'unchanged'; readonly refreshSeconds: number | null }
  | { readonly kind: 'zone'; readonly text: Uint8Array; readonly refreshSeconds: number }
  | { readonly kind: 'failed'; readonly reason: string }

interface Primary {
  readonly host: string
  readonly port: number
  readonly zone: Uint8Array
  readonly zoneText: string
}

/** Null where it is no such address. */
export function parseZoneUrl(address: string): Primary | null {
  const url = URL.parse(address)
  if (url?.protocol !== 'rpz+axfr:' || url.hostname === '' || url.username !== '') return null
  if (url.search !== '' || url.hash !== '') return null
  const zoneText = url.pathname.slice(1).toLowerCase().replace(/\.$/, '')
  const zone = /^[a-z0-9._-]+$/.test(zoneText) ? nameFromText(zoneText) : null
  const port = url.port === '' ? 53 : Number(url.port)
  if (zone === null || port === 0) return null
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port, zone, zoneText }
}

/**
 * A zone from its primary (AXFR, RFC 5936; IXFR, RFC 1995), signed where there is a key (RFC 8945). It is
 * whole, or it is not there: what ends before its last SOA or has a wrong signature leaves nothing behind.
 */
export async function transferZone(options: TransferOptions): Promise<Transferred> {
  const primary = parseZoneUrl(options.url)
  if (primary === null) return failed(`${options.url} is not rpz+axfr://HOST:PORT/ZONE`)
  const own = options.text === null ? null : readZoneText(options.text, primary.zoneText)
  const signal = AbortSignal.timeout(options.timeMs ?? LIMITS.fetchTime)
  if (own !== null) {
    const differences = await ask(primary, options, own, signal)
    // What has differences that do not fit, or knows none, may still give the whole.
    if (differences.kind !== 'failed' || signal.aborted) return differences
  }
  return ask(primary, options, null, signal)
}

function failed(reason: string): { readonly kind: 'failed'; readonly reason: string } {
  return { kind: 'failed', reason }
}

async function ask(
  primary: Primary,
  options: TransferOptions,
  own: ZoneText | null,
  signal: AbortSignal,
): Promise<Transferred> {
  const reader = createTransferReader(primary.zone, own)
  const reason = await readAll(primary, options, own, reader, signal)
  if (reason !== null) return failed(reason)
  const refreshSeconds = reader.soa === null ? null : refreshOf(soaNumbers(reader.soa.data).refresh)
  if (reader.state === 'unchanged' || refreshSeconds === null) {
    return { kind: 'unchanged', refreshSeconds }
  }
  return { kind: 'zone', text: reader.text(), refreshSeconds }
}

function refreshOf(seconds: number): number {
  return Math.min(Math.max(seconds, LIMITS.transferRefresh), 86_400)
}

/** What went wrong; null: the reader has all. */
async function readAll(
  { host, port, zone }: Primary,
  { key, now, allowPrivate, pauseMs }: TransferOptions,
  own: ZoneText | null,
  reader: TransferReader,
  signal: AbortSignal,
): Promise<string | null> {
  const query = transferQuery(randomInt(0x1_0000), zone, own?.soa ?? null)
  const seconds = Math.floor(now / 1000)
  const signed = key === null ? null : signQuery(query, key, seconds)
  const check = key === null || signed === null ? null : checkAnswers(key, signed.mac)
  const where = `${host} port ${port}`
  let socket: Socket | null = null
  try {
    socket = connect({ ...connectable(host, allowPrivate), port, signal })
    const open = socket
    open.setTimeout(pauseMs ?? LIMITS.fetchPause, () =>
      open.destroy(new Error('nothing came for too long')),
    )
    open.write(frame(signed?.message ?? query))
    const frames = new TcpFrames()
    let bytes = 0
    for await (const chunk of open as AsyncIterable<Uint8Array>) {
      bytes += chunk.length
      if (bytes > LIMITS.fetchUnpacked) return `it is longer than ${LIMITS.fetchUnpacked} bytes`
      frames.push(chunk)
      for (let next = frames.next(); next !== null; next = frames.next()) {
        const message = readTransfer(next, query)
        if (message === null) return `${where} sends what is no answer`
        const wrong = check?.take(message, seconds) ?? null
        if (wrong !== null) return `${where} ${wrong}`
        if (message.rcode !== Rcode.NoError) return `${where} ${refusal(message.rcode)}`
        if (message.records.length === 0) return `${where} sends a message without records`
        for (const record of message.records) {
          const problem = reader.take(record)
          if (problem !== null) return `${where} ${problem}`
        }
        reader.endOfMessage()
        if (reader.state === 'reading') continue
        return check === null || check.isSigned ? null : `${where} does not sign the end`
      }
    }
    return signal.aborted ? 'it took too long' : 'it ended before its end'
  } catch (thrown) {
    return signal.aborted ? 'it took too long' : reasonOf(thrown)
  } finally {
    socket?.destroy()
  }
}

const REFUSALS: Readonly<Record<number, string>> = {
  1: 'does not understand the question',
  2: 'has the zone, but cannot serve it now (SERVFAIL)',
  3: 'does not know the zone (NXDOMAIN)',
  4: 'does not do such transfers (NOTIMP)',
  5: 'refuses the transfer (REFUSED): it wants a key, or another address',
  9: 'does not have the zone, or does not take the key (NOTAUTH)',
}

function refusal(rcode: number): string {
  return REFUSALS[rcode] ?? `answers with rcode ${rcode}`
}
