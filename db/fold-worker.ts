import { parentPort, workerData } from 'node:worker_threads'
import { reasonOf } from '#core/error.ts'
import { goSecond } from '#core/thread-priority.ts'
import { systemClock } from '#core/clock.ts'
import { openDatabase } from './connection.ts'
import { createFold } from './fold.ts'
import { createFoldLoop } from './fold-loop.ts'
import { createFoldPace } from './fold-pace.ts'
import type { Pace } from './fold-pace.ts'
import { journalDepth } from './journal.ts'
import { createJournalLook } from './journal-sight.ts'
import { hearWants } from './log-wanted.ts'

/** What the thread is started with. */
export interface FoldWork {
  readonly url: string
}

/** What it tells. */
export type FoldNews =
  | { readonly kind: 'folded'; readonly events: number; readonly pace: Pace }
  | { readonly kind: 'pace'; readonly pace: Pace }
  | { readonly kind: 'quarantined'; readonly gateway: string; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'recovered' }
  | { readonly kind: 'depth'; readonly events: number; readonly oldest: number | null }

const DEPTH_MS = 10_000

/*
 * A thread of its own: merging costs about as much CPU as taking packets does, and must not make those
 * wait.
 */
const { url } = workerData as FoldWork
const tell = (news: FoldNews): void => parentPort?.postMessage(news)
const database = openDatabase(url, { applicationName: 'accueil fold', max: 2, role: 'jobs' })
const loop = createFoldLoop({
  fold: createFold({
    database,
    onQuarantine: (gateway, reason) => tell({ kind: 'quarantined', gateway, reason }),
  }),
  look: createJournalLook(database),
  pace: createFoldPace(systemClock),
  onPace: (pace) => tell({ kind: 'pace', pace }),
  onFolded: (events, pace) => tell({ kind: 'folded', events, pace }),
  onFailure: (thrown) => tell({ kind: 'failed', reason: reasonOf(thrown) }),
  onRecovery: () => tell({ kind: 'recovered' }),
})

function tellDepth(): void {
  journalDepth(database).then(
    ({ events, oldest }) => tell({ kind: 'depth', events, oldest: oldest?.getTime() ?? null }),
    // The loop says so already.
    () => {},
  )
}

goSecond()
loop.start()
const wants = hearWants(database, (last) => loop.want(last))
tellDepth()
const timer = setInterval(tellDepth, DEPTH_MS)

// The one thing it is told is to stop.
parentPort?.once('message', () => {
  clearInterval(timer)
  wants.stop()
  void loop
    .stop()
    .then(() => database.close())
    .then(() => parentPort?.close())
})
