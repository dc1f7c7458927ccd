import { z } from 'zod'
import { acceptInventory, readInventory } from '#db/admin/inventory.ts'
import { askJob } from '#db/admin/jobs.ts'
import { adminRoute, problemOf } from './route.ts'
import type { AdminRoute } from './route.ts'

const HOUSE = { association: null, site: null }

/** Where places come from is the whole house's. */
export const INVENTORY_ROUTES: readonly AdminRoute[] = [
  adminRoute({
    ...{ method: 'get', path: '/api/v1/inventory', operationId: 'readInventory' },
    action: 'jobs.read',
    summary: 'How the last poll of the inventory went, and what waits to be accepted',
    answers: { status: 200, schema: 'Inventory' },
    async run({ sql, caller }) {
      if (!caller.rights.can('jobs.read', HOUSE)) return { status: 200, body: NOTHING }
      return { status: 200, body: await readInventory(sql) }
    },
  }),
  adminRoute({
    ...{ method: 'post', path: '/api/v1/inventory/held/{id}/accept', action: 'jobs.run' },
    ...{ operationId: 'acceptInventory', idSchema: z.string().regex(/^[0-9a-f]{1,64}$/) },
    summary: 'Take over what was held back because so many places are gone',
    description: 'By heldId, so that what is accepted is what was read.',
    answers: { status: 200, schema: 'Inventory' },
    async run({ sql, id, caller, reason }) {
      if (!caller.rights.can('jobs.run', HOUSE)) return problemOf('not-found')
      const by = { actor: caller.actor, reason }
      if (!(await acceptInventory(sql, id, by))) return problemOf('not-found')
      await askJob(sql, 'inventory', by)
      return { status: 200, body: await readInventory(sql) }
    },
  }),
]

const NOTHING = {
  ...{ url: null, checkedAt: null, places: 0, error: null },
  ...{ held: null, heldId: null, acceptedBy: null },
}
