import type { Seal } from '#core/seal.ts'
import { KIND_NAMES } from '#db/gateway-kinds.ts'
import type { GatewayKind } from '#db/gateways.ts'
import { z } from 'zod'
import { LIMITS } from './limits.ts'
import { LANGUAGES } from './text/language.ts'

const TICKET = z.strictObject({
  gateway: z.string(),
  kind: z.enum(KIND_NAMES as readonly [GatewayKind, ...GatewayKind[]]),
  mac: z.string(),
  ip: z.string().nullable(),
  returnData: z.record(z.string(), z.string()),
  termsVersion: z.string(),
  textSha256: z.string(),
  /** Of the page; the text's own language is known from its hash. */
  language: z.enum(LANGUAGES),
  /** The text was folded away: the same version had been accepted before. */
  renewal: z.boolean(),
  issuedAt: z.number(),
})

/**
 * What the person was shown, for which device: sealed into the form's address, so that it survives a
 * captive browser without cookies, any copy of the portal can take it, and nobody can alter it.
 */
export type Ticket = z.infer<typeof TICKET>

const CONTEXT = 'portal ticket 2'

export function sealTicket(seal: Seal, ticket: Ticket): string {
  return seal.seal(JSON.stringify(ticket), CONTEXT)
}

export type OpenedTicket =
  | { readonly outcome: 'open'; readonly ticket: Ticket }
  | { readonly outcome: 'refused'; readonly reason: 'bad-ticket' | 'ticket-expired' }

export function openTicket(seal: Seal, token: string, now: number): OpenedTicket {
  const bytes = token === '' ? null : seal.open(token, CONTEXT)
  if (bytes === null) return { outcome: 'refused', reason: 'bad-ticket' }
  // Ours, but perhaps written by another version of this program.
  const parsed = TICKET.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')))
  if (!parsed.success) return { outcome: 'refused', reason: 'bad-ticket' }
  const age = now - parsed.data.issuedAt
  // Copies of the portal may differ by some seconds; a ticket from further ahead is a broken clock.
  if (age > LIMITS.ticketAgeMs || age < -LIMITS.ticketAgeMs)
    return { outcome: 'refused', reason: 'ticket-expired' }
  return { outcome: 'open', ticket: parsed.data }
}
