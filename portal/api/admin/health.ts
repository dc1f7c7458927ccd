import { databaseHealth, listProcesses } from '#db/admin/health.ts'
import { adminRoute } from './route.ts'
import type { AdminRoute } from './route.ts'

/** How the machines are is the whole house's: a token of some associations is told of none. */
export const HEALTH_ROUTES: readonly AdminRoute[] = [
  adminRoute({
    ...{ method: 'get', path: '/api/v1/health', operationId: 'readHealth', action: 'health.read' },
    summary: 'Each process of the fleet as it told of itself last, and the database',
    answers: { status: 200, schema: 'Health' },
    async run({ sql }) {
      const database = await databaseHealth(sql)
      return { status: 200, body: { processes: await listProcesses(sql), database } }
    },
  }),
]
