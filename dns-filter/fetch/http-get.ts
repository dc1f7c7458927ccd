import { request as requestHttp } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { reasonOf } from '#core/error.ts'
import { LIMITS } from '../limits.ts'
import { connectable } from './reachable.ts'

export interface GetOptions {
  /** What the last answer said of itself. */
  readonly etag?: string | null
  readonly lastModified?: string | null
  /** Addresses of the house's own network too. */
  readonly allowPrivate: boolean
  /** Which addresses are not inside. */
  readonly mayReach?: (address: string) => boolean
  readonly timeMs?: number
  readonly pauseMs?: number
}

export type Got =
  | { readonly kind: 'unchanged' }
  | {
      readonly kind: 'body'
      /** As it was sent, which may be zipped for the way. */
      readonly body: Uint8Array
      readonly etag: string | null
      readonly lastModified: string | null
    }
  | { readonly kind: 'failed'; readonly reason: string }

/**
 * GET, with an end to its size, its time and its redirects. Whoever may name an address must not reach
 * what only this machine can: each address, also behind a name and a redirect, is looked at as the
 * connection is made to it.
 */
export async function httpGet(address: string, options: GetOptions): Promise<Got> {
  const signal = AbortSignal.timeout(options.timeMs ?? LIMITS.fetchTime)
  try {
    let url = new URL(address)
    for (let hop = 0; hop <= LIMITS.fetchRedirects; hop++) {
      const answer = await ask(url, options, signal)
      const { statusCode = 0, headers } = answer
      if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
        answer.destroy()
        const next = new URL(headers.location, url)
        if (url.protocol === 'https:' && next.protocol !== 'https:') {
          return failed(`it leads from https to ${next.protocol}//${next.host}`)
        }
        url = next
        continue
      }
      if (statusCode === 304) {
        answer.destroy()
        return { kind: 'unchanged' }
      }
      if (statusCode !== 200) {
        answer.destroy()
        return failed(`${url.host} answers ${statusCode}`)
      }
      return await readAnswer(answer, options)
    }
    return failed(`it leads on more than ${LIMITS.fetchRedirects} times`)
  } catch (thrown) {
    if (signal.aborted) return failed('it took too long')
    return failed(reasonOf(thrown))
  }
}

function failed(reason: string): Got {
  return { kind: 'failed', reason }
}

function ask(url: URL, options: GetOptions, signal: AbortSignal): Promise<IncomingMessage> {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new Error(`${url.protocol} is not fetched, only http: and https:`)
  }
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const reachable = connectable(host, options.allowPrivate, options.mayReach)
  const send = url.protocol === 'https:' ? requestHttps : requestHttp
  return new Promise((resolve, reject) => {
    const request = send(url, {
      signal,
      // No connection is kept: the next list is elsewhere.
      agent: false,
      lookup: reachable.lookup,
      headers: {
        'accept-encoding': 'gzip',
        'user-agent': 'accueil (list refresh)',
        ...(options.etag == null ? {} : { 'if-none-match': options.etag }),
        ...(options.lastModified == null ? {} : { 'if-modified-since': options.lastModified }),
      },
    })
    request.setTimeout(options.pauseMs ?? LIMITS.fetchPause, () =>
      request.destroy(new Error('nothing came for too long')),
    )
    request.once('response', resolve)
    request.once('error', reject)
    request.end()
  })
}

async function readAnswer(answer: IncomingMessage, options: GetOptions): Promise<Got> {
  const { headers } = answer
  const tooLong = `it is longer than ${LIMITS.fetchBytes} bytes`
  const announced = Number(headers['content-length'] ?? 0)
  if (announced > LIMITS.fetchBytes) {
    answer.destroy()
    return failed(tooLong)
  }
  const coding = headers['content-encoding'] ?? 'identity'
  if (coding !== 'identity' && coding !== 'gzip') {
    answer.destroy()
    return failed(`it is coded as ${coding}, which was not asked for`)
  }
  answer.setTimeout(options.pauseMs ?? LIMITS.fetchPause, () =>
    answer.destroy(new Error('nothing came for too long')),
  )
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of answer as AsyncIterable<Uint8Array>) {
    length += chunk.length
    if (length > LIMITS.fetchBytes) {
      answer.destroy()
      return failed(tooLong)
    }
    chunks.push(chunk)
  }
  if (!answer.complete) return failed('it ended before its end')
  return {
    kind: 'body',
    body: new Uint8Array(Buffer.concat(chunks)),
    etag: headers.etag ?? null,
    lastModified: headers['last-modified'] ?? null,
  }
}
