import type { Context, Handler } from 'hono'
import { parseMac } from '#core/mac.ts'
import { reasonOf } from '#core/error.ts'
import { joinAlike } from '#db/login-search.ts'
import type {
  HeardGateway,
  Login,
  LoginCriteria,
  LoginPage,
  TokenRefusal,
} from '#db/login-search.ts'
import type { Services } from '../services.ts'
import { chooseLanguage } from '../text/language.ts'
import { tellLogin, tellNothing } from '../text/logins/tell.ts'
import type { LoginLanguage } from '../text/logins/tell.ts'
import { refusedToken, shownToken, withoutToken } from './bearer.ts'
import { readCursor, writeCursor } from './login-cursor.ts'
import type { LoginCursor } from './login-cursor.ts'
import { loginQuery } from './login-schemas.ts'
import type { LoginPageBody } from './login-schemas.ts'
import { problem } from './problem.ts'

const SCOPE = 'radius.explain'

/** A new search, or the next page of one. */
export interface LoginQuestion {
  readonly token: Uint8Array
  readonly criteria: LoginCriteria
  readonly reason: string
  readonly rows: number
  readonly cursor: LoginCursor | null
}

export type LoginAnswer =
  | {
      readonly ok: true
      readonly search: string
      readonly page: LoginPage
      /** Where the first page is empty. */
      readonly gateways: readonly HeardGateway[]
    }
  | { readonly ok: false; readonly refusal: TokenRefusal | 'cursor' }

/** `GET /api/v1/radius/logins`: how logins of the last days were answered, and why. */
export function apiLogins(services: Services): Handler {
  return async function apiLoginsHandler(c) {
    const token = shownToken(c)
    if (token === null) return withoutToken(c)
    const asked = readQuestion(c)
    if (typeof asked === 'string') return problem(c, 'bad-parameter', asked)
    let answer: LoginAnswer
    try {
      answer = await services.database.findLogins({ token, ...asked })
    } catch (thrown) {
      services.counters.databaseFailures.inc()
      services.log.warn('portal.api.failed', { reason: reasonOf(thrown) })
      c.header('Retry-After', '10')
      return problem(c, 'unavailable', 'Try again in a few seconds.')
    }
    if (answer.ok) {
      c.header('Vary', 'Accept-Language')
      return c.json(bodyOf(answer, asked, languageOf(c)))
    }
    return answer.refusal === 'cursor'
      ? problem(c, 'bad-parameter', 'cursor is not from a page of this token; begin without it')
      : refusedToken(c, answer.refusal, SCOPE)
  }
}

type Asked = Omit<LoginQuestion, 'token'>

/** What is asked, or the sentence that says what of it cannot be read. */
function readQuestion(c: Context): Asked | string {
  const given = new URL(c.req.url).searchParams
  const repeated = [...given.keys()].find((name) => given.getAll(name).length > 1)
  if (repeated !== undefined) return `${repeated} is given more than once`
  const read = loginQuery.safeParse(Object.fromEntries(given))
  if (!read.success) {
    return read.error.issues
      .map(({ path, message, code, ...rest }) =>
        code === 'unrecognized_keys' && 'keys' in rest
          ? `${rest.keys.join(', ')} is not a parameter of this address`
          : `${path.join('.')} ${message}`,
      )
      .join('; ')
  }
  const { user = null, mac, site = null, from, to, reason, limit, cursor } = read.data
  const place = cursor === undefined ? null : readCursor(cursor)
  if (cursor !== undefined && place === null) return 'cursor is not from a page of this address'
  return {
    criteria: {
      user,
      mac: mac === undefined ? null : parseMac(mac),
      site,
      from: from === undefined ? null : new Date(from),
      to: to === undefined ? null : new Date(to),
    },
    reason,
    rows: limit,
    cursor: place,
  }
}

function bodyOf(
  { search, page, gateways }: Extract<LoginAnswer, { ok: true }>,
  { criteria: { site, user }, cursor }: Asked,
  language: LoginLanguage,
): LoginPageBody {
  const isEmpty = page.logins.length === 0 && cursor === null
  return {
    logins: joinAlike(page.logins).map((login) => loginOf(login, language)),
    next: page.next === null ? null : writeCursor({ search, after: page.next }),
    nothing: isEmpty ? [...tellNothing(gateways, { site, user }, written, language)] : [],
  }
}

function loginOf(login: Login, language: LoginLanguage): LoginPageBody['logins'][number] {
  const { firstAt, lastAt } = login
  return {
    ...login,
    firstAt: written(firstAt),
    lastAt: written(lastAt),
    story: tellLogin(login, written, language),
  }
}

/** Who does not ask for French gets English, as the rest of the interface is: many programs say `*`. */
function languageOf(c: Context): LoginLanguage {
  const asked = c.req.header('accept-language') ?? ''
  return /\bfr\b/i.test(asked) && chooseLanguage(null, asked) === 'fr' ? 'fr' : 'en'
}

function written(at: Date): string {
  return at.toISOString()
}
