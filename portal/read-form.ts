import type { IncomingMessage } from 'node:http'
import type { Context } from 'hono'
import { LIMITS } from './limits.ts'

/** Both, where there is a socket; a test may tell an address alone. */
interface NodeBindings {
  readonly incoming?: IncomingMessage
  readonly outgoing?: object
}

/** The form of a POST; a body that breaks off has said nothing, and none is read past the limit. */
export async function readForm(
  c: Context,
  most: number = LIMITS.bodyBytes,
): Promise<URLSearchParams | 'too-large'> {
  const body = await readBody(c, most)
  return body === 'too-large' ? body : new URLSearchParams(body.toString('utf8'))
}

/** The same as octets; empty where it breaks off. */
export async function readBody(c: Context, most: number): Promise<Buffer | 'too-large'> {
  const { incoming, outgoing } = (c.env ?? {}) as NodeBindings
  return incoming === undefined || outgoing === undefined
    ? readStream(c.req.raw, most)
    : readIncoming(incoming, most)
}

/** From Node's own request: as a Request with a stream of its own it would cost as much as all the rest of the page. */
function readIncoming(incoming: IncomingMessage, most: number): Promise<Buffer | 'too-large'> {
  const { promise, resolve } = Promise.withResolvers<Buffer | 'too-large'>()
  const chunks: Buffer[] = []
  let bytes = 0
  const take = (chunk: Buffer): void => {
    bytes += chunk.length
    chunks.push(chunk)
    if (bytes <= most) return
    chunks.length = 0
    // Whoever serves it lets go of what is still to come, after the answer.
    incoming.off('data', take).pause()
    resolve('too-large')
  }
  const breaksOff = (): void => resolve(Buffer.alloc(0))
  incoming.on('data', take)
  incoming.once('end', () => resolve(Buffer.concat(chunks)))
  incoming.once('error', breaksOff)
  incoming.once('close', breaksOff)
  return promise
}

async function readStream(request: Request, most: number): Promise<Buffer | 'too-large'> {
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
