import { parseArgs } from 'node:util'
import { joinAlike, openLoginSearch } from '#db/login-search.ts'
import type { Login, LoginCriteria, LoginSearch } from '#db/login-search.ts'
import { tellLogin, tellNothing } from '../portal/text/logins/tell.ts'
import { cliActor } from './apply.ts'
import { readCriteria, requireReason } from './criteria.ts'
import { withHouseAs } from './house.ts'
import { writeInstant } from '#core/instant.ts'
import { zonesOf } from './logs-search.ts'
import { UsageError } from './run.ts'
import { writeOut } from './write-out.ts'

const PAGE_ROWS = 500
/** A week of a device that is refused every minute. */
const MOST_ROWS = 10_000

export async function runRadiusExplain(args: readonly string[]): Promise<number> {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ mac: text, user: text, site: text, from: text, to: text, reason: text },
      json: { type: 'boolean', default: false },
    },
  })
  const { mac, user, site, from, to } = readCriteria(values)
  if (mac === null && user === null) throw new UsageError('say whose logins: --mac or --user')
  const criteria = { mac, user, site, from, to }
  const look = { actor: cliActor(), reason: requireReason(values.reason) }
  await withHouseAs('operator', 'radius explain', async ({ database }) => {
    const search = await openLoginSearch(database, criteria, look)
    const { logins, isCut } = await readAll(search)
    if (values.json) return writeOut(piecesOf(logins.map((login) => `${JSON.stringify(login)}\n`)))
    const lines =
      logins.length === 0
        ? await nothing(search, criteria, await zonesOf(database))
        : logins.flatMap(asText)
    const last = isCut ? ['There are older ones: give --to.'] : []
    return writeOut(piecesOf([...lines, ...last].map((line) => `${line}\n`)))
  })
  return 0
}

async function readAll(
  search: LoginSearch,
): Promise<{ readonly logins: readonly Login[]; readonly isCut: boolean }> {
  const logins: Login[] = []
  let page = await search.page(null, PAGE_ROWS)
  logins.push(...page.logins)
  while (page.next !== null && logins.length < MOST_ROWS) {
    page = await search.page(page.next, PAGE_ROWS)
    logins.push(...page.logins)
  }
  return { logins: joinAlike(logins), isCut: page.next !== null }
}

async function nothing(
  search: LoginSearch,
  { site, user }: LoginCriteria,
  zones: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  const zone = zones.get(site ?? '') ?? 'UTC'
  const write = (at: Date): string => writeInstant(at, zone)
  return tellNothing(await search.gateways(), { site, user }, write, 'en')
}

/** In the place's own time. */
function asText(login: Login): readonly string[] {
  const write = (at: Date): string => writeInstant(at, login.timezone ?? 'UTC')
  const { what, toDo, how } = tellLogin(login, write, 'en')
  const place = login.siteName === null ? login.site : `${login.siteName} (${login.site})`
  return [
    `${write(login.lastAt)}  ${place}, ${login.gateway}`,
    `  ${what}`,
    ...(toDo === null ? [] : [`  What to do: ${toDo}`]),
    ...(how === '' ? [] : [`  How: ${how}.`]),
  ]
}

async function* piecesOf(pieces: readonly string[]): AsyncGenerator<string> {
  yield* pieces
}
