import type { House } from './house.ts'
import { LIMITS } from './limits.ts'
import type { Html } from './pages/html.ts'

/**
 * Stand for what differs between two devices while a page is made. Noncharacters (Unicode §23.7), which
 * nobody's text is to carry, and which survive escaping as they are.
 */
export const SLOTS = { ticket: '\uFDD0', siteName: '\uFDD1' } as const

export type SlotValues = Readonly<Record<keyof typeof SLOTS, string>>

/**
 * The terms page is the same for each device of a language but for a few words: it is made once for a
 * house, and only these are put in. `values` are escaped already. `key` says all else that it depends on.
 */
export async function madeTerms(
  { made }: House,
  key: string,
  make: () => Html,
  values: SlotValues,
): Promise<string> {
  const pieces = made.get(key) ?? split((await make()).toString())
  if (made.size < LIMITS.madePages) made.set(key, pieces)
  return pieces
    .map((piece) =>
      piece === SLOTS.ticket ? values.ticket : piece === SLOTS.siteName ? values.siteName : piece,
    )
    .join('')
}

function split(page: string): readonly string[] {
  return page.split(/([\uFDD0\uFDD1])/)
}
