import { LIMITS } from './limits.ts'

/** The form of a POST; a body that breaks off has said nothing, and none is read past the limit. */
export async function readForm(
  request: Request,
  most: number = LIMITS.bodyBytes,
): Promise<URLSearchParams | 'too-large'> {
  const bytes = await readBytes(request, most)
  return bytes === 'too-large' ? bytes : new URLSearchParams(bytes.toString('utf8'))
}

/** A body that breaks off is empty. */
export async function readBytes(request: Request, most: number): Promise<Buffer | 'too-large'> {
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
