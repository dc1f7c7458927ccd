import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Handler } from 'hono'
import { reasonOf } from '#core/error.ts'
import { LIMITS } from '../../limits.ts'
import { readBody } from '../../read-form.ts'
import type { Services } from '../../services.ts'
import { problem } from '../problem.ts'

/**
 * NetBox's webhook: something changed. What it says of it is not read, it has the inventory polled; so whoever knows
 * the secret can do no more than that. `X-Hook-Signature` is the HMAC-SHA512 of the body, in hex.
 */
export function netBoxHook({ admin, seal, log, counters }: Services): Handler {
  return async function netBoxHookHandler(c) {
    const body = await readBody(c, LIMITS.hookBodyBytes)
    if (body === 'too-large') return problem(c, 'too-large', 'What changed is polled anyway.')
    try {
      const sealed = await admin.hookSecret()
      const secret = sealed === null ? null : seal.open(sealed, 'inventory-webhook')
      const shown = Buffer.from(c.req.header('X-Hook-Signature') ?? '', 'hex')
      const isRight =
        secret !== null && isSame(createHmac('sha512', secret).update(body).digest(), shown)
      if (!isRight) {
        return problem(c, 'bad-signature', 'Set the same secret here (webhook_secret) and there.')
      }
      await admin.askJob('inventory', { actor: 'provider:netbox', reason: null })
      return c.body(null, 204)
    } catch (thrown) {
      counters.databaseFailures.inc()
      log.warn('portal.api.failed', { reason: reasonOf(thrown) })
      return problem(c, 'unavailable', 'Try again in a moment.')
    }
  }
}

function isSame(right: Buffer, shown: Buffer): boolean {
  return right.length === shown.length && timingSafeEqual(right, shown)
}
