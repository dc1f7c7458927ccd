import { z } from 'zod'
import type { LoginPlace } from '#db/login-search.ts'

/** The search, which the database opens to its own token only, and where its next page begins. */
export interface LoginCursor {
  readonly search: string
  readonly after: LoginPlace
}

const number = z.string().regex(/^\d{1,18}$/)
/** Until the year 9999, where Postgres and JavaScript agree. */
const instant = z.int().min(0).max(253_402_300_799_999)
const parts = z.tuple([number, instant, number])

export function writeCursor({ search, after }: LoginCursor): string {
  return Buffer.from(JSON.stringify([search, after.at.getTime(), after.id])).toString('base64url')
}

export function readCursor(text: string): LoginCursor | null {
  try {
    const read = parts.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')))
    if (!read.success) return null
    const [search, at, id] = read.data
    return { search, after: { at: new Date(at), id } }
  } catch {
    return null
  }
}
