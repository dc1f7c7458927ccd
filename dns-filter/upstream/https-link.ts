import { connect, constants } from 'node:http2'
import type { ClientHttp2Session } from 'node:http2'
import type { DnsUpstream } from '#core/dns-upstream.ts'
import { formatListenAddress } from '#core/listen.ts'
import { DNS_MESSAGE } from '../doh-request.ts'
import { LIMITS } from '../limits.ts'
import { uint16At } from '../message/name.ts'
import type { Ask, Asked } from './ask.ts'
import { startTry } from './ask.ts'
import { isUntrusted, withId } from './link.ts'
import type { Link, Trust } from './link.ts'

/** DNS over HTTPS, RFC 8484, by POST over one HTTP/2 connection. */
export function createHttpsLink(upstream: DnsUpstream, trust: Trust): Link {
  let session: ClientHttp2Session | null = null
  let isProven = false
  let whyEnded: 'unreachable' | 'untrusted' = 'unreachable'
  const where = formatListenAddress(upstream)
  const authority = upstream.name ?? where

  function openSession(): ClientHttp2Session {
    if (session !== null && !session.closed && !session.destroyed) return session
    const own = connect(`https://${where}`, {
      ...trust,
      ...(upstream.name === null ? {} : { servername: upstream.name }),
      minVersion: 'TLSv1.2',
      maxSessionMemory: 4,
    })
    isProven = false
    whyEnded = 'unreachable'
    own.on('error', (error) => {
      if (isUntrusted(error)) whyEnded = 'untrusted'
    })
    own.setTimeout(LIMITS.upstreamIdle, () => own.close())
    own.unref()
    session = own
    return own
  }

  function askOnce(ask: Ask): Promise<Asked | 'gone'> {
    const wasProven = session !== null && isProven
    const own = openSession()
    let isGone = false
    const stream = own.request({
      ':method': 'POST',
      ':path': upstream.path,
      ':authority': authority,
      accept: DNS_MESSAGE,
      'content-type': DNS_MESSAGE,
      'content-length': ask.message.length,
    })
    const { asked, settle } = startTry(ask, () => {
      if (!stream.closed) stream.close(constants.NGHTTP2_CANCEL)
    })
    const chunks: Buffer[] = []
    let length = 0
    stream.on('response', (headers) => {
      isProven = true
      const isAnswer = headers[':status'] === 200 && headers['content-type'] === DNS_MESSAGE
      if (!isAnswer) settle('unreachable')
    })
    stream.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > LIMITS.message) settle('forged')
      else chunks.push(chunk)
    })
    stream.on('end', () => {
      const body = Buffer.concat(chunks)
      if (body.length < 2) return
      // Id 0 goes out, so that caches on the way see one question (section 4.1).
      const answer = withId(body, uint16At(body, 0) === 0 ? uint16At(ask.message, 0) : 0)
      if (ask.judge(answer) !== 'foreign') return settle(answer)
      ask.onMismatch()
      settle('forged')
    })
    stream.on('error', () => {})
    stream.on('close', () => {
      isGone = wasProven && length === 0
      // The reason is told to the session, after its streams have ended.
      setImmediate(() => settle(whyEnded))
    })
    stream.end(withId(ask.message, 0))
    return asked.then((got) => (isGone && got === 'unreachable' ? 'gone' : got))
  }

  return {
    async ask(ask) {
      const first = await askOnce(ask)
      if (first !== 'gone') return first
      // A connection that was idle may have been ended while the question was on its way.
      const second = await askOnce(ask)
      return second === 'gone' ? 'unreachable' : second
    },
    close: () => session?.destroy(),
  }
}
