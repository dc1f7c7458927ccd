import type { House } from './house.ts'
import { LIMITS } from './limits.ts'
import type { Html } from './pages/html.ts'

/**
 * Stand for what differs between two devices while a page is made. Noncharacters (Unicode §23.7), which
 * nobody's text is to carry, and which survive escaping as they are.
 */
export const SLOTS = { ticket: '\uFDD0', siteName: '\uFDD1' } as const

export type SlotValues = Readonly<Record<keyof typeof SLOTS, string>>

/** Octets that are the same for every device, or where one of its own words goes. */
export type MadePiece = Buffer | keyof typeof SLOTS

/**
 * The terms page is the same for each device of a language but for a few words: it is made once for a
 * house, and only these are put in. `values` are escaped already. `key` says all else that it depends on.
 * UTF-8.
 */
export async function madeTerms(
  { made }: House,
  key: string,
  make: () => Html,
  values: SlotValues,
): Promise<Buffer<ArrayBuffer>> {
  const pieces = made.get(key) ?? split((await make()).toString())
  if (made.size < LIMITS.madePages) made.set(key, pieces)
  const own = { ticket: Buffer.from(values.ticket), siteName: Buffer.from(values.siteName) }
  return Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? own[piece] : piece)))
}

function split(page: string): readonly MadePiece[] {
  return page.split(/([\uFDD0\uFDD1])/).map((piece) => {
    if (piece === SLOTS.ticket) return 'ticket'
    return piece === SLOTS.siteName ? 'siteName' : Buffer.from(piece)
  })
}
