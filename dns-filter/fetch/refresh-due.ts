import { reasonOf } from '#core/error.ts'
import type { Database } from '#db/connection.ts'
import type { ListKey } from '#db/list-keys.ts'
import { jobPart } from '#db/job-lines.ts'
import { dueOrigins, saveCounts, uncountedLists } from '#db/list-states.ts'
import { readListText } from '#db/lists.ts'
import { countList, refreshList } from './refresh.ts'

const PARTS = {
  changed: 'listsChanged',
  unchanged: 'listsUnchanged',
  'held-back': 'listsHeldBack',
  failed: 'listsFailed',
  gone: 'listsGone',
} as const

/** Fetches what is due, one after the other, counts what nobody has counted, and says what came of it. */
export async function refreshDue(
  database: Database,
  keys: ReadonlyMap<string, ListKey | null>,
): Promise<string> {
  const outcomes = { changed: 0, unchanged: 0, 'held-back': 0, failed: 0, gone: 0 }
  const troubles: string[] = []
  for (const origin of await dueOrigins(database)) {
    const refreshed = await refreshList(database, origin, keys.get(origin.list))
    outcomes[refreshed.kind]++
    if ('reason' in refreshed) troubles.push(trouble(origin.list, refreshed.reason))
  }
  for (const list of await uncountedLists(database)) {
    try {
      const text = await readListText(database, list)
      await saveCounts(database, list, text, await countList(text))
    } catch (thrown) {
      troubles.push(trouble(list, reasonOf(thrown)))
    }
  }
  const counted = Object.entries(outcomes).filter(([, count]) => count > 0)
  const said = counted.map(([kind, lists]) =>
    jobPart(PARTS[kind as keyof typeof outcomes], { lists }),
  )
  return [said.length === 0 ? jobPart('noListDue', {}) : said.join(', '), ...troubles].join('; ')
}

function trouble(list: string, reason: string): string {
  return jobPart('listTrouble', { listName: list, reasonName: reason })
}
