import type { ServerResponse } from 'node:http'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Context } from 'hono'

interface NodeBindings {
  readonly outgoing?: ServerResponse
}

const made = new WeakSet<Response>([RESPONSE_ALREADY_SENT])

/**
 * A page that is octets already, with all its headers (name, value, name, value), written to Node's own response: through a Response
 * and its stream it would cost twice as much. Where there is no socket it is a Response like any other.
 */
export function sendMade(
  c: Context,
  status: number,
  headers: readonly string[],
  body: Buffer<ArrayBuffer>,
): Response {
  const { outgoing } = (c.env ?? {}) as NodeBindings
  if (outgoing === undefined) {
    const response = new Response(body, { status, headers: pairs(headers) })
    made.add(response)
    return response
  }
  outgoing.writeHead(status, ['Content-Length', String(body.length), ...headers])
  outgoing.end(body)
  return RESPONSE_ALREADY_SENT
}

function pairs(headers: readonly string[]): [string, string][] {
  return headers.flatMap((name, i) => (i % 2 === 0 ? [[name, headers[i + 1] ?? '']] : []))
}

/** Whether it has left, or will leave, with the headers that it has. */
export function isMade(response: Response): boolean {
  return made.has(response)
}
