import type { Seal } from '#core/seal.ts'
import { z } from 'zod'
import { LIMITS } from './limits.ts'

const UNBLOCK_TICKET = z.strictObject({
  domain: z.string(),
  site: z.string().nullable(),
  network: z.enum(['guest', 'staff']).nullable(),
  cause: z.enum(['category', 'rule', 'other']),
  category: z.string().nullable(),
  reference: z.string().nullable(),
  issuedAt: z.number(),
})

/** What was blocked where, sealed into the form's address: nobody asks for a name that was not blocked. */
export type UnblockTicket = z.infer<typeof UNBLOCK_TICKET>

const CONTEXT = 'portal unblock 1'

export function sealUnblockTicket(seal: Seal, ticket: UnblockTicket): string {
  return seal.seal(JSON.stringify(ticket), CONTEXT)
}

export function openUnblockTicket(
  seal: Seal,
  token: string,
  now: number,
): UnblockTicket | 'bad-ticket' | 'ticket-expired' {
  const bytes = token === '' ? null : seal.open(token, CONTEXT)
  if (bytes === null) return 'bad-ticket'
  const parsed = UNBLOCK_TICKET.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')))
  if (!parsed.success) return 'bad-ticket'
  return Math.abs(now - parsed.data.issuedAt) > LIMITS.ticketAgeMs ? 'ticket-expired' : parsed.data
}
