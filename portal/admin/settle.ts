import type { Outcome } from '#db/admin/outcome.ts'
import type { AdminView } from './admin-request.ts'

/** A change that was made leads on; one that was refused shows its page again, with why. */
export function settle(
  { c, text }: AdminView,
  outcome: Outcome<unknown>,
  to: string,
  again: (problem: string) => Response | Promise<Response>,
): Response | Promise<Response> {
  return outcome.ok ? c.redirect(to, 303) : again(text.refusals[outcome.refusal])
}

/** The sentence on a field that cannot be read. */
export function unreadable({ text }: AdminView, what: string): string {
  return text.refusals.invalid.replace('{what}', what)
}
