import { reasonOf } from '#core/error.ts'
import type { Database } from '#db/connection.ts'
import type { ListKey } from '#db/list-keys.ts'
import { dueOrigins, saveCounts, uncountedLists } from '#db/list-states.ts'
import { readListText } from '#db/lists.ts'
import { countList, refreshList } from './refresh.ts'

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
    if ('reason' in refreshed) troubles.push(`${origin.list}: ${refreshed.reason}`)
  }
  for (const list of await uncountedLists(database)) {
    try {
      const text = await readListText(database, list)
      await saveCounts(database, list, text, await countList(text))
    } catch (thrown) {
      troubles.push(`${list}: ${reasonOf(thrown)}`)
    }
  }
  const counted = Object.entries(outcomes).filter(([, count]) => count > 0)
  const said = counted.map(([kind, count]) => `${count} ${kind}`).join(', ')
  return [said === '' ? 'nothing due' : said, ...troubles].join('; ')
}
