import { parentPort, workerData } from 'node:worker_threads'
import { reasonOf } from '#core/error.ts'
import { goSecond } from '#core/thread-priority.ts'
import { openDatabase } from '#db/connection.ts'
import type { ListKey } from '#db/list-keys.ts'
import { refreshDue } from './refresh-due.ts'

export interface RefreshWork {
  readonly url: string
  /** By list; this thread has no master key. */
  readonly keys: ReadonlyMap<string, ListKey | null>
}

export type RefreshNews =
  | { readonly ok: true; readonly result: string }
  | { readonly ok: false; readonly reason: string }

/*
 * A thread of its own, which ends with its one work: unpacking and packing 100 MB in one go would make
 * gateways and phones of the same process wait.
 */
goSecond()
const { url, keys } = workerData as RefreshWork
const database = openDatabase(url, { applicationName: 'accueil lists', max: 2, role: 'jobs' })
let news: RefreshNews
try {
  news = { ok: true, result: await refreshDue(database, keys) }
} catch (thrown) {
  news = { ok: false, reason: reasonOf(thrown) }
}
await database.close()
parentPort?.postMessage(news)
