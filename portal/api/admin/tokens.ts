import { z } from 'zod'
import { endToken, findToken, giveToken, listTokens } from '#db/admin/tokens.ts'
import { TOKEN_SCOPES } from '#db/api-tokens.ts'
import { BAD_CURSOR, cutPage, pageQuery, readPlace } from './page.ts'
import { adminRoute, problemOf } from './route.ts'
import type { AdminRoute } from './route.ts'
import { code, codes, instant } from './schemas.ts'

const PATH = '/api/v1/tokens'
const ONE = `${PATH}/{name}`
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

const tokenWish = z.strictObject({
  name: code.meta({ description: 'Used once, also when it is over.' }),
  scopes: z.array(z.enum(TOKEN_SCOPES)).min(1, 'names none').max(TOKEN_SCOPES.length),
  associations: codes.meta({ description: 'Null: all.' }),
  until: instant.nullable().default(null).meta({ description: 'Null: it has no end.' }),
})

const fields = {
  ...{ name: z.string(), scopes: z.array(z.string()) },
  actor: z.string().meta({ description: 'Whom the audit names for what is done with it.' }),
  associations: z.array(z.string()).nullable().meta({ description: 'Null: all.' }),
  madeWith: z.string().nullable().meta({
    description: 'The token with which it was made; null: a command made it.',
  }),
  ...{ createdAt: z.iso.datetime(), createdBy: z.string() },
  ...{ endsAt: z.iso.datetime().nullable(), usedAt: z.iso.datetime().nullable() },
  ...{ revokedAt: z.iso.datetime().nullable(), revokedBy: z.string().nullable() },
}
const token = z.object(fields).meta({ id: 'Token' })
z.object({ rows: z.array(token), next: z.string().nullable() }).meta({ id: 'Tokens' })
z.object({
  ...fields,
  token: z.string().meta({ description: 'Shown this once: only its hash is kept.' }),
}).meta({ id: 'NewToken' })

/** What programs show. None gives more than it has. */
export const TOKEN_ROUTES: readonly AdminRoute[] = [
  adminRoute({
    ...{ method: 'get', path: PATH, operationId: 'listTokens', action: 'tokens.read' },
    summary: 'Tokens within reach, by name, also those that are over: never one itself',
    query: z.strictObject(pageQuery),
    answers: { status: 200, schema: 'Tokens' },
    async run({ sql, query: { limit, cursor } }) {
      const place = cursor === undefined ? null : readPlace(cursor, [NAME])
      if (cursor !== undefined && place === null) return BAD_CURSOR
      const found = await listTokens(sql, { after: place?.[0] ?? null, rows: limit + 1 })
      return { status: 200, body: cutPage(found, limit, ({ name }) => [name]) }
    },
  }),
  adminRoute({
    ...{ method: 'post', path: PATH, operationId: 'createToken', action: 'tokens.write' },
    summary: 'Make a token with the scopes and associations of the one that is shown, or fewer',
    description:
      'It acts in the name of the same person, and ends no later. It is answered once and kept nowhere.',
    ...{ body: tokenWish, isSecret: true },
    answers: { status: 201, schema: 'NewToken' },
    async run({ sql, body, caller, reason }) {
      const given = await giveToken(sql, body, { ...caller, reason })
      if (!given.ok) return problemOf(given.refusal)
      return { status: 201, body: given.value, location: `${PATH}/${given.value.name}` }
    },
  }),
  adminRoute({
    ...{ method: 'get', path: ONE, operationId: 'readToken', action: 'tokens.read' },
    ...{ summary: 'One token: what it may, and never itself', idSchema: code },
    answers: { status: 200, schema: 'Token' },
    async run({ sql, id }) {
      const found = await findToken(sql, id)
      return found === null ? problemOf('not-found') : { status: 200, body: found }
    },
  }),
  adminRoute({
    ...{ method: 'delete', path: ONE, operationId: 'endToken', action: 'tokens.write' },
    ...{ summary: 'End a token at once and for good', idSchema: code },
    description: 'Those that were made with it stay: madeWith says which they are.',
    answers: { status: 204 },
    async run({ sql, id, caller, reason }) {
      const ended = await endToken(sql, id, { ...caller, reason })
      return ended.ok ? { status: 204 } : problemOf(ended.refusal)
    },
  }),
]
