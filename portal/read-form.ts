import { LIMITS } from './limits.ts'

/** The form of a POST; a body that breaks off has said nothing, and none is read past the limit. */
export async function readForm(
  request: Request,
  most: number = LIMITS.bodyBytes,
): Promise<URLSearchParams | 'too-large'> {
  const body = await readBody(request, most)
  return body === 'too-large' ? body : new URLSearchParams(body.toString('utf8'))
}

/** The same as octets; empty where it breaks off. */
export async function readBody(request: Request, most: number): Promise<Buffer | 'too-large'> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of request.body ?? []) {
      bytes += chunk.length
      if (bytes > most) return 'too-large'
      chunks.push(chunk)
    }
  } catch {
    return Buffer.alloc(0)
  }
  return Buffer.concat(chunks)
}
