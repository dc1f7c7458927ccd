import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { reasonOf } from '#core/error.ts'
import { SEND_LIMITS } from './send-limits.ts'
import type { SendOutcome } from './send-limits.ts'

/**
 * One POST, of JSON. A redirect is not followed: what is sent is for who was declared. Never rejects, never
 * reads more of an answer than it needs.
 */
export function post(
  address: string,
  {
    body,
    headers = {},
    ca,
    timeoutMs,
  }: {
    readonly body: string
    readonly headers?: Readonly<Record<string, string>>
    readonly ca: string | null
    readonly timeoutMs: number
  },
): Promise<SendOutcome> {
  const url = new URL(address)
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  return new Promise((resolve) => {
    const sent = request(
      url,
      {
        method: 'POST',
        headers: {
          ...headers,
          'Content-Type': 'application/json',
          'Content-Length': Buffer.byteLength(body),
          'User-Agent': 'accueil',
        },
        agent: false,
        signal: AbortSignal.timeout(timeoutMs),
        maxHeaderSize: SEND_LIMITS.headerBytes,
        ...(ca === null ? {} : { ca }),
      },
      (answer) => {
        const { statusCode = 0, headers: its } = answer
        // Read to its end and thrown away; the signal bounds how long.
        answer.on('error', () => {}).resume()
        if (statusCode >= 200 && statusCode < 300) return resolve({ ok: true })
        const seconds = Number(its['retry-after'])
        resolve({
          ok: false,
          reason: `HTTP ${statusCode}`,
          retryAfterMs: seconds > 0 ? Math.min(seconds * 1000, SEND_LIMITS.longestWaitMs) : null,
        })
      },
    )
    sent.on('error', (thrown) => {
      const isLate = thrown.name === 'AbortError' || thrown.name === 'TimeoutError'
      const late = `it did not answer within ${timeoutMs / 1000} s`
      resolve({ ok: false, reason: isLate ? late : reasonOf(thrown), retryAfterMs: null })
    })
    sent.end(body)
  })
}
