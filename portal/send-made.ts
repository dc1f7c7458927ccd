import type { ServerResponse } from 'node:http'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Context } from 'hono'
import { LIMITS } from './limits.ts'
import { fillIn } from './made-terms.ts'
import type { MadePiece, SlotValues } from './made-terms.ts'

/** A page that only has to be put together, with all its headers. */
export interface MadePage {
  readonly status: number
  /** Name, value, name, value, as Node writes them: an object would be taken apart for each page. */
  readonly headers: readonly string[]
  readonly pieces: readonly MadePiece[]
  readonly values: SlotValues
}

interface NodeBindings {
  readonly outgoing?: ServerResponse
}

const made = new WeakSet<Response>([RESPONSE_ALREADY_SENT])

/** Written to Node's own response, or, where there is no socket, a Response like any other. */
export function sendMade(c: Context, page: MadePage): Response {
  const { outgoing } = (c.env ?? {}) as NodeBindings
  if (outgoing !== undefined) {
    writeMade(outgoing, page)
    return RESPONSE_ALREADY_SENT
  }
  const body = fillIn(page.pieces, page.values, Buffer.alloc(0))
  const response = new Response(body, { status: page.status, headers: pairs(page.headers) })
  made.add(response)
  return response
}

/** Where pages are put together, one after the other. */
let room = Buffer.allocUnsafeSlow(LIMITS.madePageBytes)

/**
 * Through a Response and its stream a page would cost twice as much, and octets of its own for each would keep
 * the garbage collector busy.
 */
export function writeMade(outgoing: ServerResponse, page: MadePage): void {
  const body = fillIn(page.pieces, page.values, room)
  outgoing.writeHead(page.status, ['Content-Length', String(body.length), ...page.headers])
  outgoing.end(body)
  // What the system has not taken at once will be read from there later: the next page gets another place.
  if (outgoing.socket?.writableLength !== 0) room = Buffer.allocUnsafeSlow(LIMITS.madePageBytes)
}

function pairs(headers: readonly string[]): [string, string][] {
  return headers.flatMap((name, i) => (i % 2 === 0 ? [[name, headers[i + 1] ?? '']] : []))
}

/** Whether it has left, or will leave, with the headers that it has. */
export function isMade(response: Response): boolean {
  return made.has(response)
}
