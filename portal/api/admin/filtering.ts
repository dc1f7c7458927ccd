import { z } from 'zod'
import { referredThings, rulesOfName } from '#db/admin/filtering.ts'
import type { ShownFilter } from '#db/admin/filtering.ts'
import { findSite, listAssociations } from '#db/admin/sites.ts'
import { weekOfCategories } from '#db/admin/week-of-categories.ts'
import { causesOf } from '#db/filter-references.ts'
import type { ReferredCause } from '#db/filter-references.ts'
import { listStates } from '#db/list-states.ts'
import { levelsAt } from './filter-levels.ts'
import type { LevelOfFilter } from './filter-levels.ts'
import { categoriesOf, lastWeekOf } from './last-week.ts'
import { adminRoute, problemOf } from './route.ts'
import type { AdminRoute } from './route.ts'
import { code, domain, network } from './schemas.ts'

const NOWHERE = { code: '', association: '' }

/** What is blocked where, for whom, and why. */
export const FILTERING_ROUTES: readonly AdminRoute[] = [
  adminRoute({
    ...{ method: 'get', path: '/api/v1/filtering/why', operationId: 'explainName' },
    action: 'rules.read',
    summary: 'Why a name is blocked: the filter is asked as a device of that place would ask it',
    description:
      'The line of a list that names it is told by the command lists check, which reads whole lists.',
    query: z.strictObject({
      name: domain,
      site: code.optional().meta({ description: 'The code of a place; none: of no place.' }),
      network: network.default('guest'),
    }),
    answers: { status: 200, schema: 'NameVerdict' },
    async run({ sql, services, query: { name, site, network } }) {
      const place = site === undefined ? null : await findSite(sql, site)
      if (site !== undefined && place === null) return problemOf('unknown-site')
      const asker = place === null ? null : { site: place.code, kind: network }
      const verdict = await services.askFilter(name, asker)
      const rules = (await rulesOfName(sql, name, place, network)).map(
        ({ etag: _, ...rule }) => rule,
      )
      const where = { site: place?.code ?? null, network }
      const categories = categoriesOf(verdict)
      const lastWeek =
        categories === null
          ? null
          : await lastWeekOf(sql, categories, {
              ...{ site: where.site, association: null },
              // Nobody's question in particular: of both.
              network: place === null ? null : network,
            })
      const asked = { name, ...where, rules, lastWeek }
      if (verdict.outcome !== 'blocked') {
        const nothing = { category: null, reference: null, causes: [], levels: [] }
        return { status: 200, body: { ...asked, outcome: verdict.outcome, ...nothing } }
      }
      const { category, reference } = verdict
      const causes = reference === null ? [] : causesOf(reference, await referredThings(sql))
      const subjects = new Set([category ?? '', ...causes.flatMap(subjectsOf)])
      const speaks = (level: LevelOfFilter): boolean =>
        level.device === null &&
        (level.network === null || level.network === network) &&
        saidIn(level).some((subject) => subjects.has(subject))
      const levels = (await levelsAt(sql, place ?? NOWHERE)).filter(speaks)
      const found = { outcome: verdict.outcome, category, reference, causes, levels }
      return { status: 200, body: { ...asked, ...found } }
    },
  }),
  adminRoute({
    ...{ method: 'get', path: '/api/v1/filtering/references/{ref}', operationId: 'readReference' },
    ...{ action: 'rules.read', idSchema: z.string().regex(/^[0-9A-Za-z]{5}$/) },
    summary: 'What the five letters of a block page stand for; several where they share them',
    answers: { status: 200, schema: 'BlockCauses' },
    async run({ sql, id }) {
      const rows = causesOf(id, await referredThings(sql))
      return rows.length === 0 ? problemOf('not-found') : { status: 200, body: { rows } }
    },
  }),
  adminRoute({
    ...{ method: 'get', path: '/api/v1/filtering/counts', operationId: 'listBlockedCounts' },
    action: 'rules.read',
    summary:
      'Questions by category: blocked this hour, this day, this week, and let through although a list names them',
    description:
      'What a change would have done last week. Of which names, or by whom, is not kept. A site goes before an association.',
    query: z.strictObject({
      ...{ site: code.optional(), association: code.optional() },
      network: network.optional().meta({ description: 'None: both.' }),
    }),
    answers: { status: 200, schema: 'BlockedCounts' },
    async run({ sql, query: { site = null, association = null, network = null } }) {
      if (site !== null && (await findSite(sql, site)) === null) return problemOf('unknown-site')
      if (association !== null) {
        const within = await listAssociations(sql)
        if (!within.some((one) => one.code === association)) {
          return problemOf('unknown-association')
        }
      }
      const { all, categories } = await weekOfCategories(sql, { site, association, network })
      return { status: 200, body: { all, rows: categories } }
    },
  }),
  adminRoute({
    ...{ method: 'get', path: '/api/v1/categories', operationId: 'listCategories' },
    action: 'rules.read',
    summary: 'Categories: by which lists, on which networks, and how many names',
    answers: { status: 200, schema: 'Categories' },
    async run({ sql }) {
      const byCategory = Map.groupBy(await listStates({ sql }), ({ category }) => category)
      const rows = Array.from(byCategory, ([name, lists]) => ({
        name,
        lists: lists.map((list) => list.name),
        networks: [...new Set(lists.flatMap(({ blocks }) => blocks))].toSorted(),
        names: lists.reduce((sum, { names }) => sum + (names ?? 0), 0),
      }))
      return { status: 200, body: { rows: rows.toSorted((a, b) => (a.name < b.name ? -1 : 1)) } }
    },
  }),
]

/** As a level names what a reference stands for. */
function subjectsOf(
  cause: ReferredCause<unknown, { readonly name: string; readonly category: string }>,
): readonly string[] {
  if (cause.kind === 'list') return [cause.list.category, `list:${cause.list.name}`]
  return cause.kind === 'service' ? [`service:${cause.service}`] : []
}

function saidIn({ block, allow, trust, imposed }: ShownFilter): readonly string[] {
  return [...block, ...allow, ...trust, ...imposed]
}
