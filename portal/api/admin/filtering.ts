import { z } from 'zod'
import { listStates } from '#db/list-states.ts'
import type { ListState } from '#db/list-states.ts'
import { adminRoute } from './route.ts'
import type { AdminRoute } from './route.ts'

/** What is blocked, by which lists: of the whole house, for whoever may see its rules. */
export const FILTERING_ROUTES: readonly AdminRoute[] = [
  adminRoute({
    ...{ method: 'get', path: '/api/v1/lists', operationId: 'listLists', action: 'rules.read' },
    summary: 'Lists, by name: how many names, when each was fetched, and what is wrong',
    query: z.strictObject({ category: z.string().min(1).max(64).optional() }),
    answers: { status: 200, schema: 'Lists' },
    async run({ sql, query: { category } }) {
      const lists = await listStates({ sql })
      const rows = lists.filter((list) => category === undefined || list.category === category)
      return { status: 200, body: { rows: rows.map(shown) } }
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

/** Without the lines that could not be read: they are a list's own text. An address may hold a password. */
function shown(list: ListState): object {
  const { name, category, blocks, madeBy, url, names, unusable, heldNames } = list
  const { triedAt, fetchedAt, changedAt, error } = list
  return {
    ...{ name, category, networks: blocks, declared: madeBy === 'declaration' },
    host: url !== null && URL.canParse(url) ? new URL(url).host : null,
    ...{ names: names ?? null, unusable: unusable ?? null, heldNames },
    ...{ triedAt, fetchedAt, changedAt, error },
  }
}
