import type { Handler } from 'hono'
import { handOver } from '../gateway-config/hand-over.ts'
import type { Services } from '../services.ts'
import { formOf } from '../staff/staff-form.ts'
import { fill } from '../text/fill.ts'
import { withRight } from './admin-request.ts'
import { sendNothing } from './nothing-there.ts'
import { readPlaceWish } from './set-up-form.ts'
import { sendSetUp } from './set-up.ts'

/** `POST /admin/places/CODE/files`: a folder with the secrets of the place. */
export function downloadFiles(services: Services): Handler {
  return withRight(services, 'gateways.write', async (view) => {
    const { c, text } = view
    const { setUp: words } = text
    const wish = readPlaceWish(formOf(c), c.req.param('code') ?? '')
    if (typeof wish === 'string') return sendSetUp(services, view, words[wish])
    const handed = await handOver(view, wish)
    if (handed.ok) {
      c.header('Cache-Control', 'no-store')
      c.header('Content-Disposition', `attachment; filename="${handed.name}"`)
      return c.body(handed.zip, 200, { 'Content-Type': 'application/zip' })
    }
    if (handed.why === 'not-found') return sendNothing(services, view)
    if (handed.why === 'not-yours') return sendSetUp(services, view, text.refusals['not-yours'])
    if (handed.why === 'cannot') {
      return sendSetUp(services, view, fill(words.cannot, { reason: handed.reason }))
    }
    return sendSetUp(services, view, words[handed.why])
  })
}
