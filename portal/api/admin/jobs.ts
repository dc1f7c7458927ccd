import { z } from 'zod'
import { askJob, listJobs } from '#db/admin/jobs.ts'
import { adminRoute, problemOf } from './route.ts'
import type { AdminRoute, Caller } from './route.ts'

const HOUSE = { association: null, site: null }

/** What runs once in the fleet is the whole house's: a token of some associations sees none. */
export const JOB_ROUTES: readonly AdminRoute[] = [
  adminRoute({
    ...{ method: 'get', path: '/api/v1/jobs', operationId: 'listJobs', action: 'jobs.read' },
    summary: 'Jobs, those that failed first: when each ran last, how long, how it went',
    answers: { status: 200, schema: 'Jobs' },
    async run({ sql, caller }) {
      return { status: 200, body: { rows: isOfHouse(caller) ? await listJobs(sql) : [] } }
    },
  }),
  adminRoute({
    ...{ method: 'post', path: '/api/v1/jobs/{name}/run', operationId: 'runJob' },
    ...{ action: 'jobs.run', idSchema: z.string().regex(/^[a-z][a-z -]{0,63}$/) },
    summary: 'Have a job done now, once in the fleet; how it goes is read at /api/v1/jobs',
    answers: { status: 200, schema: 'Job' },
    async run({ sql, id, caller, reason }) {
      if (!caller.rights.can('jobs.run', HOUSE)) return problemOf('not-found')
      const isAsked = await askJob(sql, id, { actor: caller.actor, reason })
      const job = (await listJobs(sql)).find(({ name }) => name === id)
      return isAsked && job !== undefined ? { status: 200, body: job } : problemOf('not-found')
    },
  }),
]

function isOfHouse({ rights }: Caller): boolean {
  return rights.can('jobs.read', HOUSE)
}
