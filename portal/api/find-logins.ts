import { codeOf } from '#core/error.ts'
import type { Database } from '#db/connection.ts'
import { loginSearchOfToken, openLoginSearchByToken } from '#db/login-search.ts'
import type { LoginAnswer, LoginQuestion } from './logins.ts'

/** Raised by the database for a search that is not this token's, or of a token that has ended meanwhile. */
const NO_DATA_FOUND = 'P0002'

export async function findLogins(
  database: Database,
  { token, criteria, reason, rows, cursor }: LoginQuestion,
): Promise<LoginAnswer> {
  if (cursor !== null) {
    const search = loginSearchOfToken(database, token, cursor.search)
    try {
      const page = await search.page(cursor.after, rows)
      return { ok: true, search: search.id, page, gateways: [] }
    } catch (thrown) {
      const isGone = codeOf(thrown) === NO_DATA_FOUND
      if (isGone) return { ok: false, refusal: 'cursor' }
      throw thrown
    }
  }
  const opened = await openLoginSearchByToken(database, token, criteria, reason)
  if (!opened.ok) return opened
  const { search } = opened
  const page = await search.page(null, rows)
  const gateways = page.logins.length === 0 ? await search.gateways() : []
  return { ok: true, search: search.id, page, gateways }
}
