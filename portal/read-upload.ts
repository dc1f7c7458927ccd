import type { Context } from 'hono'
import { readBody } from './read-form.ts'

/** A file as a form sends it. */
export interface Upload {
  readonly name: string
  readonly bytes: Uint8Array
}

/** What a form with a file has said; a body that breaks off, or is no such form, has said nothing. */
export async function readUpload(
  c: Context,
  most: number,
): Promise<{ readonly form: URLSearchParams; readonly file: Upload | null } | 'too-large'> {
  const body = await readBody(c, most)
  if (body === 'too-large') return body
  const form = new URLSearchParams()
  let file: Upload | null = null
  const type = c.req.header('Content-Type') ?? ''
  try {
    const parts = await new Response(new Uint8Array(body), {
      headers: { 'Content-Type': type },
    }).formData()
    for (const [name, value] of parts) {
      if (typeof value === 'string') form.append(name, value)
      else file ??= { name: value.name, bytes: new Uint8Array(await value.arrayBuffer()) }
    }
  } catch {
    return { form: new URLSearchParams(), file: null }
  }
  return { form, file }
}
