import { parseArgs } from 'node:util'
import { AppError } from '#core/error.ts'
import { TOKEN_SCOPES, createApiToken, listApiTokens, revokeApiToken } from '#db/api-tokens.ts'
import type { ApiToken, TokenScope } from '#db/api-tokens.ts'
import { cliActor } from './apply.ts'
import { withHouseAs } from './house.ts'
import { readInstant } from '#core/instant.ts'
import { UsageError } from './run.ts'

const text = { type: 'string' } as const
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const ACTOR = /^[a-z]+:[^\p{Cc}\s]{1,200}$/u

export async function runTokensCreate(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ name: text, actor: text, until: text },
      scope: { type: 'string', multiple: true },
      association: { type: 'string', multiple: true },
    },
  })
  const name = required('name', values.name)
  if (!NAME.test(name)) {
    throw new UsageError(`--name "${name}" must be 1 to 64 letters, digits, dots, dashes`)
  }
  const actor = required('actor', values.actor)
  if (!ACTOR.test(actor)) {
    throw new UsageError(`--actor "${actor}" is not like account:ada or cli:ada`)
  }
  const wish = {
    ...{ name, actor },
    scopes: (values.scope ?? []).map(scopeOf),
    associations: values.association ?? null,
    until: untilOf(values.until),
  }
  if (wish.scopes.length === 0) {
    throw new UsageError(`--scope is missing; there is ${TOKEN_SCOPES.join(', ')}`)
  }
  return withHouseAs('operator', 'tokens create', async ({ database }) => {
    const created = await createApiToken(database, wish, cliActor())
    if (created.ok) {
      console.log(created.token)
      console.error(`accueil: this is token ${name}; it is not shown again`)
      return 0
    }
    throw new AppError(
      'token',
      created.reason === 'name-taken'
        ? `there is a token "${name}" already; a name is used once, also when its token is revoked`
        : `no association has the code "${created.association}"`,
    )
  })
}

export async function runTokensList(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: 'boolean', default: false } },
  })
  return withHouseAs('operator', 'tokens list', async ({ database }) => {
    const tokens = await listApiTokens(database)
    if (!values.json && tokens.length === 0) console.log('There is no token.')
    for (const token of tokens) {
      console.log(values.json ? JSON.stringify(token) : lineOf(token, new Date()))
    }
    return 0
  })
}

export async function runTokensRevoke(args: readonly string[]): Promise<number> {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true })
  const [name] = positionals
  if (name === undefined || positionals.length > 1) throw new UsageError('name one token')
  return withHouseAs('operator', 'tokens revoke', async ({ database }) => {
    if (!(await revokeApiToken(database, name, cliActor()))) {
      throw new AppError('token', `no token "${name}" is in force`)
    }
    console.log(`token ${name} is revoked`)
    return 0
  })
}

function required(option: string, value: string | undefined): string {
  const given = value?.trim() ?? ''
  if (given !== '') return given
  throw new UsageError(`--${option} is missing`)
}

function scopeOf(given: string): TokenScope {
  const scope = TOKEN_SCOPES.find((known) => known === given)
  if (scope !== undefined) return scope
  throw new UsageError(`there is no scope "${given}"; there is ${TOKEN_SCOPES.join(', ')}`)
}

/** A day is meant until its end, in UTC. */
function untilOf(given: string | undefined): Date | null {
  if (given === undefined) return null
  const read = readInstant(/^\d{4}-\d{2}-\d{2}$/.test(given) ? `${given}T23:59:59Z` : given)
  if (!read.ok) throw new UsageError(`--until "${given}" ${read.reason}`)
  if (read.at.getTime() > Date.now()) return read.at
  throw new UsageError(`--until "${given}" is over`)
}

function lineOf(token: ApiToken, now: Date): string {
  const { name, actor, scopes, associations, madeWith, createdAt, createdBy, usedAt } = token
  const shown = madeWith === null ? '' : ` with ${madeWith}`
  return [
    `${name}  ${stateOf(token, now)}`,
    `for ${actor}, ${scopes.join(' ')}, ${associations === null ? 'all associations' : `associations ${associations.join(' ')}`}`,
    `made ${createdAt.toISOString()} by ${createdBy}${shown}`,
    usedAt === null ? 'never used' : `last used ${usedAt.toISOString()}`,
  ].join('  |  ')
}

function stateOf({ revokedAt, endsAt }: ApiToken, now: Date): string {
  if (revokedAt !== null) return `revoked ${revokedAt.toISOString()}`
  if (endsAt === null) return 'in force, without an end'
  return endsAt <= now ? `over since ${endsAt.toISOString()}` : `until ${endsAt.toISOString()}`
}
