import type { ServerResponse } from 'node:http'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Context } from 'hono'

interface NodeBindings {
  readonly outgoing?: ServerResponse
}

const made = new WeakSet<Response>([RESPONSE_ALREADY_SENT])

/**
 * A page that is octets already, with all its headers, written to Node's own response: through a Response
 * and its stream it would cost twice as much. Where there is no socket it is a Response like any other.
 */
export function sendMade(
  c: Context,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Buffer<ArrayBuffer>,
): Response {
  const { outgoing } = (c.env ?? {}) as NodeBindings
  if (outgoing === undefined) {
    const response = new Response(body, { status, headers })
    made.add(response)
    return response
  }
  outgoing.writeHead(status, { ...headers, 'Content-Length': body.length })
  outgoing.end(body)
  return RESPONSE_ALREADY_SENT
}

/** Whether it has left, or will leave, with the headers that it has. */
export function isMade(response: Response): boolean {
  return made.has(response)
}
