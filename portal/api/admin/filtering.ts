import { listStates } from '#db/list-states.ts'
import { adminRoute } from './route.ts'
import type { AdminRoute } from './route.ts'

/** What is blocked: of the whole house, for whoever may see its rules. */
export const FILTERING_ROUTES: readonly AdminRoute[] = [
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
