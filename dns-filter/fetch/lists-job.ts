import { Worker } from 'node:worker_threads'
import { AppError, reasonOf } from '#core/error.ts'
import type { Job } from '#db/jobs.ts'
import type { RefreshNews, RefreshWork } from './refresh-worker.ts'

/** Every minute, so that a list that was just declared is there soon; most of the time nothing is due. */
const EVERY_MS = 60_000

/** Fetches the lists that have an address. `url` is that of the database. */
export function listsJob(url: string, loadKeys: () => Promise<RefreshWork['keys']>): Job {
  return {
    name: 'lists',
    everyMs: EVERY_MS,
    run: async () => runThread({ url, keys: await loadKeys() }),
  }
}

async function runThread(workerData: RefreshWork): Promise<string> {
  const worker = new Worker(new URL('./refresh-worker.ts', import.meta.url), { workerData })
  const news = await new Promise<RefreshNews>((resolve) => {
    const fail = (reason: string): void => resolve({ ok: false, reason })
    worker.once('message', resolve)
    worker.once('error', (thrown) => fail(reasonOf(thrown)))
    worker.once('exit', (code) => fail(`its thread ended with ${code}`))
  })
  if (news.ok) return news.result
  throw new AppError('lists', `the lists could not be refreshed: ${news.reason}`)
}
