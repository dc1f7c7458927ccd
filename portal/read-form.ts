import { LIMITS } from './limits.ts'

/** The form of a POST; a body that breaks off has said nothing, and none is read past the limit. */
export async function readForm(
  request: Request,
  most: number = LIMITS.bodyBytes,
): Promise<URLSearchParams | 'too-large'> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of request.body ?? []) {
      bytes += chunk.length
      if (bytes > most) return 'too-large'
      chunks.push(chunk)
    }
  } catch {
    return new URLSearchParams()
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
}
