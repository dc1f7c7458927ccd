import { LIMITS } from './limits.ts'

/** What a request for DNS over HTTPS is, RFC 8484 section 4.1; `status` is what it earns else. */
export type DohRequest =
  | { readonly kind: 'message'; readonly message: Uint8Array; readonly token: string | null }
  | { readonly kind: 'body'; readonly token: string | null }
  | { readonly kind: 'refused'; readonly status: 400 | 404 | 405 | 406 | 413 | 414 | 415 }

export const DNS_MESSAGE = 'application/dns-message'

const PATH = /^\/dns-query(?:\/([A-Za-z0-9_-]{1,64}))?$/
/** Four characters hold three bytes. */
const LONGEST_PARAMETER = Math.ceil((LIMITS.tcpQuery * 4) / 3)

export function readDohRequest(
  method: string,
  url: string,
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): DohRequest {
  const mark = url.indexOf('?')
  const path = PATH.exec(mark < 0 ? url : url.slice(0, mark))
  if (path === null) return refused(404)
  const token = path[1] ?? null
  if (method !== 'GET' && method !== 'POST') return refused(405)
  if (!accepts(headers['accept'])) return refused(406)
  if (method === 'GET') return readParameter(mark < 0 ? '' : url.slice(mark + 1), token)
  const type = String(headers['content-type'] ?? '').split(';', 1)[0]
  if (type?.trim().toLowerCase() !== DNS_MESSAGE) return refused(415)
  const length = headers['content-length']
  if (length !== undefined && Number(length) > LIMITS.tcpQuery) return refused(413)
  return { kind: 'body', token }
}

/** RFC 4648 section 5, without padding. */
function readParameter(search: string, token: string | null): DohRequest {
  const values = new URLSearchParams(search).getAll('dns')
  const [value] = values
  if (value === undefined || values.length !== 1) return refused(400)
  if (value.length > LONGEST_PARAMETER) return refused(414)
  if (value === '' || !/^[A-Za-z0-9_-]+$/.test(value) || value.length % 4 === 1) return refused(400)
  return { kind: 'message', message: new Uint8Array(Buffer.from(value, 'base64url')), token }
}

/** Absent is anything. What it prefers does not matter, for there is one thing to give. */
function accepts(header: string | readonly string[] | undefined): boolean {
  if (header === undefined) return true
  return String(header)
    .split(',')
    .map((range) => range.split(';', 1)[0]?.trim().toLowerCase())
    .some((range) => range === DNS_MESSAGE || range === 'application/*' || range === '*/*')
}

function refused(status: 400 | 404 | 405 | 406 | 413 | 414 | 415): DohRequest {
  return { kind: 'refused', status }
}
