import { OIDC_LIMITS } from './limits.ts'

/** What openid-client and jose say of a request. */
interface Asked {
  readonly method?: string
  readonly headers?: Record<string, string> | Headers
  readonly body?: unknown
  readonly signal?: AbortSignal | undefined
}

/** `fetch` that reads no more of an answer than it may have, and follows nobody elsewhere. */
export async function boundedFetch(
  url: string,
  { method = 'GET', headers = {}, body, signal }: Asked,
): Promise<Response> {
  const init: RequestInit = { method, headers, redirect: 'manual', signal: signal ?? null }
  // Both send forms, as text or as fields.
  if (typeof body === 'string' || body instanceof URLSearchParams) init.body = body
  const response = await fetch(url, init)
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > OIDC_LIMITS.answerBytes) throw new TypeError('the answer is too long')
    chunks.push(chunk)
  }
  const { status } = response
  const isEmpty = status === 204 || status === 205 || status === 304
  return new Response(isEmpty ? null : Buffer.concat(chunks), {
    status,
    headers: response.headers,
  })
}
