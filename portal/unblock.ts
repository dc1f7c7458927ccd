import { reasonOf } from '#core/error.ts'
import { UNBLOCK_LIMITS } from '#db/unblock-requests.ts'
import type { Handler } from 'hono'
import { showBlocked, UNBLOCK_PATH } from './answer-blocked.ts'
import { clientAddress, countedAs } from './client-address.ts'
import { unblockSentPage } from './pages/unblock-sent-page.ts'
import { readForm } from './read-form.ts'
import { frameOf, queryOf, sendPage, sendRefusal } from './send-page.ts'
import type { Services } from './services.ts'
import { openUnblockTicket } from './unblock-ticket.ts'

export const SENT_PATH = `${UNBLOCK_PATH}/sent`

/** `POST /guest/unblock`: somebody asks that a blocked name be let through. Kept without who or what asked. */
export function unblock(services: Services): Handler {
  return async function unblockHandler(c) {
    const frame = frameOf(c, services)
    const ticket = openUnblockTicket(
      services.seal,
      queryOf(c).get('ticket') ?? '',
      services.clock(),
    )
    if (typeof ticket === 'string') return sendRefusal(c, services, ticket, frame)
    const wait = services.unblockRequests.take(countedAs(clientAddress(c)))
    if (wait > 0) {
      c.header('Retry-After', String(wait))
      return sendRefusal(c, services, 'too-many', frame)
    }
    const form = await readForm(c)
    if (form === 'too-large') return sendRefusal(c, services, 'too-large', frame)
    const { issuedAt: _, ...asked } = ticket
    try {
      const kept = await services.database.askUnblock({ ...asked, note: noteIn(form) })
      services.counters.unblockRequests[kept ? 'kept' : 'enough'].inc()
      const query = `${kept ? '' : 'enough=yes&'}lang=${frame.language}`
      return c.redirect(`${SENT_PATH}?${query}`, 303)
    } catch (thrown) {
      services.counters.databaseFailures.inc()
      services.log.warn('portal.unblock.not-recorded', { reason: reasonOf(thrown) })
      return showBlocked(c, services, ticket, 'not-sent')
    }
  }
}

export function unblockSent(services: Services): Handler {
  return function unblockSentHandler(c) {
    const frame = frameOf(c, services)
    const body = unblockSentPage(frame, { enough: queryOf(c).has('enough') })
    return sendPage(c, services, { name: 'unblock-sent', frame, body })
  }
}

/** One line, without what a terminal or a page could take for more than words. */
function noteIn(form: URLSearchParams): string | null {
  const words = (form.get('note') ?? '').replaceAll(/[\p{C}\s]+/gu, ' ').trim()
  const note = Array.from(words).slice(0, UNBLOCK_LIMITS.noteCharacters).join('').trim()
  return note === '' ? null : note
}
