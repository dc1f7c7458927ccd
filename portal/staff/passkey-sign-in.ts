import type { Handler } from 'hono'
import { checkAssertion } from '#core/webauthn.ts'
import type { Services } from '../services.ts'
import { unavailable } from './finish-sign-in.ts'
import { passkeySite, readChallenge } from './passkey-challenge.ts'
import { readPasskeyForm } from './passkey-form.ts'
import { heldMs, letIn, pendingOf, showFactor, tooLate, wrong } from './second-factor.ts'
import { formOf } from './staff-form.ts'

/** `POST /staff/sign-in/passkey`: a passkey in place of a code. */
export function checkPasskey(services: Services): Handler {
  return async function checkPasskeyHandler(c) {
    const pending = pendingOf(c, services)
    if (pending === null) return tooLate(c, services)
    const held = heldMs(c, services, pending)
    if (held > 0) return showFactor(c, services, pending, held)
    try {
      const isRight = await takePasskey(services, pending.username, formOf(c))
      if (!isRight) return await wrong(c, services, pending)
      return await letIn(c, services, pending, () => c.redirect(pending.to, 303))
    } catch (thrown) {
      return unavailable(c, services, thrown)
    }
  }
}

async function takePasskey(
  services: Services,
  username: string,
  form: URLSearchParams,
): Promise<boolean> {
  const site = passkeySite(services.publicUrl)
  const { id, challenge, ...shown } = readPasskeyForm(form)
  const asked = { purpose: 'show', username, at: services.clock() } as const
  const challengedAt = readChallenge(services.seal, challenge, asked)
  if (site === null || challengedAt === null) return false
  const known = (await services.staff.local.passkeys(username)).find((one) => one.id === id)
  if (known === undefined) return false
  const checked = checkAssertion(shown, known, { ...site, challenge })
  if (!checked.ok) return false
  const { signCount } = checked
  return services.staff.local.takePasskey({ username, id, signCount, challengedAt })
}
