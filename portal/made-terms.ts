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
 * house, and only these are put in. `key` says all else that it depends on. A promise only while it is made.
 */
export function madeTerms(
  { made }: House,
  key: string,
  make: () => Html,
): readonly MadePiece[] | Promise<readonly MadePiece[]> {
  return made.get(key) ?? makeNow(made, key, make)
}

async function makeNow(
  made: House['made'],
  key: string,
  make: () => Html,
): Promise<readonly MadePiece[]> {
  const pieces = split((await make()).toString())
  if (made.size < LIMITS.madePages) made.set(key, pieces)
  return pieces
}

function split(page: string): readonly MadePiece[] {
  return page.split(/([\uFDD0\uFDD1])/).map((piece) => {
    if (piece === SLOTS.ticket) return 'ticket'
    return piece === SLOTS.siteName ? 'siteName' : Buffer.from(piece)
  })
}

/**
 * The page in UTF-8, put together in `room` where that is large enough, else elsewhere. `values` are
 * escaped already.
 */
export function fillIn(
  pieces: readonly MadePiece[],
  values: SlotValues,
  room: Buffer<ArrayBuffer>,
): Buffer<ArrayBuffer> {
  let length = 0
  for (const piece of pieces)
    length += typeof piece === 'string' ? Buffer.byteLength(values[piece]) : piece.length
  const page = length <= room.length ? room : Buffer.allocUnsafeSlow(length)
  let at = 0
  for (const piece of pieces) {
    if (typeof piece === 'string') at += page.write(values[piece], at)
    else {
      page.set(piece, at)
      at += piece.length
    }
  }
  return page.subarray(0, length)
}
