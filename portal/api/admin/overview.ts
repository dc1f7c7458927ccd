import { z } from 'zod'
import { SPANS, listHourCounts } from '#db/admin/hour-counts.ts'
import type { Span } from '#db/admin/hour-counts.ts'
import { listJobs } from '#db/admin/jobs.ts'
import {
  associationStates,
  countHouse,
  troubledGateways,
  waitingThings,
} from '#db/admin/overview.ts'
import { BAD_CURSOR, cutPage, pageQuery, readPlace } from './page.ts'
import { adminRoute } from './route.ts'
import type { AdminRoute } from './route.ts'

const HOUSE = { association: null, site: null }
const spans = Object.keys(SPANS) as readonly Span[]

/** What is wrong, where, and how much there was of what. */
export const OVERVIEW_ROUTES: readonly AdminRoute[] = [
  adminRoute({
    ...{ method: 'get', path: '/api/v1/overview', operationId: 'readOverview' },
    action: 'sites.read',
    summary: 'How many places there are, what is wrong with them, and what waits for somebody',
    description: 'As far as the token has the scope for each part.',
    answers: { status: 200, schema: 'Overview' },
    async run({ sql, caller: { rights } }) {
      // What runs in the fleet is the whole house's.
      const jobs = rights.can('jobs.read', HOUSE) ? await listJobs(sql) : null
      const failedJobs = jobs?.flatMap(({ name, failure }) =>
        failure === null ? [] : [{ name, failure }],
      )
      return {
        status: 200,
        body: {
          ...(await countHouse(sql)),
          gatewaysInTrouble: rights.has('gateways.read') ? await troubledGateways(sql) : null,
          waiting: rights.has('rules.read') ? await waitingThings(sql) : null,
          failedJobs: failedJobs ?? null,
        },
      }
    },
  }),
  adminRoute({
    ...{ method: 'get', path: '/api/v1/associations', operationId: 'listAssociations' },
    action: 'sites.read',
    summary: 'Associations, by code: places, those that do not answer, who is connected',
    query: z.strictObject(pageQuery),
    answers: { status: 200, schema: 'Associations' },
    async run({ sql, query: { limit, cursor } }) {
      const place = cursor === undefined ? null : readPlace(cursor, [/^[A-Za-z0-9._-]{1,64}$/])
      if (cursor !== undefined && place === null) return BAD_CURSOR
      const page = { after: place?.[0] ?? null, rows: limit + 1 }
      const found = await associationStates(sql, page)
      return { status: 200, body: cutPage(found, limit, ({ code }) => [code]) }
    },
  }),
  adminRoute({
    ...{ method: 'get', path: '/api/v1/activity', operationId: 'listActivity' },
    action: 'sites.read',
    summary: 'Joins, failures, what was blocked and who was connected, by hour or by day',
    description: 'An hour or a day without anything is not in it. Nothing of whom.',
    query: z.strictObject({
      span: z
        .enum(spans)
        .default('hours')
        .meta({ description: 'The last 24 hours, or the last 30 days.' }),
    }),
    answers: { status: 200, schema: 'Activity' },
    async run({ sql, services, caller, query: { span } }) {
      const { zone } = services.house()
      const rows = await listHourCounts(sql, caller.rights.reach('sites.read'), span, zone)
      return { status: 200, body: { timezone: zone, rows } }
    },
  }),
]
