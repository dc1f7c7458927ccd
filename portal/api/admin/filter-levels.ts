import type postgres from 'postgres'
import { z } from 'zod'
import { listFilterLevels, listLiftsInForce } from '#db/admin/filtering.ts'
import type { FilterLevel } from '#db/admin/filtering.ts'
import { findSite } from '#db/admin/sites.ts'
import { BAD_CURSOR, cutPage, pageQuery, readPlace } from './page.ts'
import { adminRoute, problemOf } from './route.ts'
import type { AdminRoute } from './route.ts'
import { heldAt } from './schemas.ts'

const DIGITS = /^\d{1,18}$/
/** Of one place: each of its levels has 17 at most, and few devices have one. */
const MOST_AT_PLACE = 1_000

/** As the resolver has them: the nearer one decides. */
const LEVELS = ['device', 'network', 'site', 'association', 'organisation'] as const

export interface LevelOfFilter extends FilterLevel {
  readonly level: (typeof LEVELS)[number]
}

/** What holds at a place, the nearest first. */
export async function levelsAt(
  sql: postgres.TransactionSql,
  place: { readonly code: string; readonly association: string },
): Promise<readonly LevelOfFilter[]> {
  const found = await listFilterLevels(sql, place, { after: null, rows: MOST_AT_PLACE })
  const rank = ({ level }: LevelOfFilter): number => LEVELS.indexOf(level)
  return found.map(withLevel).toSorted((a, b) => rank(a) - rank(b))
}

/** The levels of filtering, and what of it is put off: the files of `apply` and commands say it. */
export const FILTER_LEVEL_ROUTES: readonly AdminRoute[] = [
  adminRoute({
    ...{ method: 'get', path: '/api/v1/filters', operationId: 'listFilters', action: 'rules.read' },
    summary: 'What each level blocks and lets through, in which hours',
    query: z.strictObject({ at: heldAt, ...pageQuery }),
    answers: { status: 200, schema: 'FilterLevels' },
    async run({ sql, query: { at, limit, cursor } }) {
      const place = cursor === undefined ? null : readPlace(cursor, [DIGITS])
      if (cursor !== undefined && place === null) return BAD_CURSOR
      const where = at === undefined ? null : await findSite(sql, at)
      if (at !== undefined && where === null) return problemOf('unknown-site')
      const page = { after: place?.[0] ?? null, rows: limit + 1 }
      const found = await listFilterLevels(sql, where, page)
      const { rows, next } = cutPage(found, limit, ({ id }) => [id])
      return { status: 200, body: { rows: rows.map(withLevel), next } }
    },
  }),
  adminRoute({
    ...{ method: 'get', path: '/api/v1/filter-lifts', operationId: 'listFilterLifts' },
    action: 'rules.read',
    summary: 'Filtering that is put off for a time: where, until when, by whom and why',
    query: z.strictObject({ at: heldAt, ...pageQuery }),
    answers: { status: 200, schema: 'FilterLifts' },
    async run({ sql, query: { at, limit, cursor } }) {
      const place = cursor === undefined ? null : readPlace(cursor, [DIGITS])
      if (cursor !== undefined && place === null) return BAD_CURSOR
      const where = at === undefined ? null : await findSite(sql, at)
      if (at !== undefined && where === null) return problemOf('unknown-site')
      const page = { after: place?.[0] ?? null, rows: limit + 1 }
      const found = await listLiftsInForce(sql, where, page)
      return { status: 200, body: cutPage(found, limit, ({ id }) => [id]) }
    },
  }),
]

function withLevel(filter: FilterLevel): LevelOfFilter {
  const { device, site, network, association } = filter
  const ofPlace = network === null ? 'site' : 'network'
  const ofMany = association === null ? 'organisation' : 'association'
  return { ...filter, level: device !== null ? 'device' : site !== null ? ofPlace : ofMany }
}
