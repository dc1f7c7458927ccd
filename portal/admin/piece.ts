import type { Context } from 'hono'
import type { Html } from '../pages/html.ts'
import type { AdminView } from './admin-request.ts'

/** Whether htmx asks for a part of the page that it shows, and not a browser for all of it. */
export function isPiece(c: Context): boolean {
  return c.req.header('HX-Request') === 'true'
}

/** A part of a page alone: it goes into a page that is there already, under the policy of that page. */
export function sendPiece(
  { c, frame }: Pick<AdminView, 'c' | 'frame'>,
  piece: Html,
): Response | Promise<Response> {
  c.header('Cache-Control', 'no-store')
  c.header('Vary', 'HX-Request, Accept-Language, Cookie')
  c.header('Content-Language', frame.language)
  return c.html(piece)
}
