import { z } from 'zod'
import { changeRule, createRule, findRule, listRules, removeRule } from '#db/admin/rules.ts'
import type { AdminRule } from '#db/admin/rules.ts'
import { findSite } from '#db/admin/sites.ts'
import { changesRoute, undoRoute } from './changes.ts'
import { BAD_CURSOR, cutPage, pageQuery, readPlace } from './page.ts'
import { adminRoute, problemOf } from './route.ts'
import type { AdminAnswer, AdminRoute } from './route.ts'
import { code, domain, heldAt, instant, line, network, search } from './schemas.ts'

const PATH = '/api/v1/rules'
const DIGITS = /^\d{1,18}$/
const idSchema = z.string().regex(DIGITS)

const ruleWish = z
  .strictObject({
    action: z.enum(['block', 'allow']),
    domain,
    network: network.nullable().default(null),
    site: code.nullable().default(null),
    association: code.nullable().default(null),
    until: instant.nullable().default(null),
    note: line.nullable().default(null),
  })
  .refine(({ site, association }) => site === null || association === null, {
    path: ['site'],
    error: 'a rule is for a place or for an association, not for both',
  })

const ruleChange = z
  .strictObject({
    action: z.enum(['block', 'allow']).optional(),
    until: instant.nullable().optional(),
    note: line.nullable().optional(),
  })
  .refine((change) => Object.keys(change).length > 0, 'changes nothing')

export const RULE_ROUTES: readonly AdminRoute[] = [
  adminRoute({
    ...{ method: 'get', path: PATH, operationId: 'listRules', action: 'rules.read' },
    summary: 'Rules of the filter, by domain: those of the house and those within reach',
    query: z.strictObject({
      q: search.optional().meta({ description: 'A part of the domain.' }),
      site: code.optional(),
      association: code.optional(),
      at: heldAt,
      ...pageQuery,
    }),
    answers: { status: 200, schema: 'Rules' },
    async run({ sql, query }) {
      const { q = null, site = null, association = null, limit, cursor } = query
      const at = query.at === undefined ? null : await findSite(sql, query.at)
      if (query.at !== undefined && at === null) return problemOf('unknown-site')
      const place = cursor === undefined ? null : readPlace(cursor, [/^.{1,253}$/, DIGITS])
      if (cursor !== undefined && place === null) return BAD_CURSOR
      const [domain = '', id = '0'] = place ?? []
      const after = place === null ? null : { domain, id }
      const found = await listRules(sql, { q, site, association, at }, { after, rows: limit + 1 })
      const { rows, next } = cutPage(found, limit, (rule) => [rule.domain, rule.id])
      return { status: 200, body: { rows: rows.map(withoutEtag), next } }
    },
  }),
  adminRoute({
    ...{ method: 'post', path: PATH, operationId: 'createRule', action: 'rules.write' },
    summary: 'Block or allow a domain; it counts within two seconds',
    body: ruleWish,
    answers: { status: 201, schema: 'Rule' },
    async run({ sql, body, caller, reason }) {
      const made = await createRule(sql, body, { ...caller, reason })
      if (!made.ok) return problemOf(made.refusal)
      return { ...answerOf(made.value), status: 201, location: `${PATH}/${made.value.id}` }
    },
  }),
  changesRoute('rule', { path: PATH, action: 'rules.read' }),
  undoRoute('rule', { path: PATH, action: 'rules.write' }),
  adminRoute({
    ...{ method: 'get', path: `${PATH}/{id}`, operationId: 'readRule', action: 'rules.read' },
    ...{ summary: 'One rule', idSchema },
    answers: { status: 200, schema: 'Rule' },
    async run({ sql, id }) {
      const rule = await findRule(sql, id)
      return rule === null ? problemOf('not-found') : answerOf(rule)
    },
  }),
  adminRoute({
    ...{ method: 'patch', path: `${PATH}/{id}`, operationId: 'changeRule', action: 'rules.write' },
    ...{ summary: 'Change what a rule does, its end or its note', idSchema, ifMatch: 'required' },
    body: ruleChange,
    answers: { status: 200, schema: 'Rule' },
    async run({ sql, id, ifMatch, body, caller, reason }) {
      const { action, until, note } = body
      const change = {
        ...(action === undefined ? {} : { action }),
        ...(until === undefined ? {} : { until }),
        ...(note === undefined ? {} : { note }),
      }
      const changed = await changeRule(sql, id, ifMatch ?? '', change, { ...caller, reason })
      return changed.ok ? answerOf(changed.value) : problemOf(changed.refusal)
    },
  }),
  adminRoute({
    ...{ method: 'delete', path: `${PATH}/{id}`, operationId: 'removeRule', action: 'rules.write' },
    ...{ summary: 'Take a rule away', idSchema, ifMatch: 'required' },
    answers: { status: 204 },
    async run({ sql, id, ifMatch, caller, reason }) {
      const gone = await removeRule(sql, id, ifMatch ?? '', { ...caller, reason })
      if (!gone.ok) return problemOf(gone.refusal)
      return { status: 204, declared: gone.value.declared }
    },
  }),
]

function answerOf(rule: AdminRule): Extract<AdminAnswer, { body: object }> {
  return { status: 200, body: withoutEtag(rule), etag: rule.etag }
}

function withoutEtag({ etag: _, ...rule }: AdminRule): object {
  return rule
}
