import { parseMac } from '#core/mac.ts'
import { mergeRecords } from '#db/accounting.ts'
import type { AccountingRecord } from '#db/accounting-record.ts'
import { NO_CRITERIA, searchConnections } from '#db/connections.ts'
import { openDatabase } from '#db/connection.ts'
import type { Database } from '#db/connection.ts'
import { dropOldDays } from '#db/drop-days.ts'
import { goneFrom } from '#db/partitions.ts'
import { accountingSessionKey } from '#db/session-key.ts'
import { createSessionMemory } from '#db/session-memory.ts'
import type { Year } from './load.ts'
import { percentile } from './searches.ts'

const DAY_MS = 86_400_000
const SESSIONS_A_WRITE = 50
const ALONE_MS = 3000

export interface WritersRow {
  readonly what: string
  /** Milliseconds; null when nothing else went on. */
  readonly took: number | null
  /** Transactions of 50 new sessions each that were committed meanwhile. */
  readonly writes: number
  /** Milliseconds of such a transaction. */
  readonly p50: number
  readonly longest: number
}

/** What those who write see by themselves, while a month is read, and while a day is dropped. */
export async function measureWriters(year: Year): Promise<readonly WritersRow[]> {
  const { days, fullDay } = year
  const database = openDatabase(year.url, { applicationName: 'bench writer', max: 2 })
  const alone = await whileWriting(database, 'nothing else', async () => {
    await new Promise((resolve) => setTimeout(resolve, ALONE_MS))
  })
  const from = new Date(`${days[100] ?? ''}T00:00:00Z`)
  const month = { from, to: new Date(from.getTime() + 30 * DAY_MS) }
  const reading = await whileWriting(database, 'a place searched for a month', async () => {
    for (let n = 0; n < 5; n += 1) {
      const site = `${String(n).padStart(2, '0')}-${String(n).padStart(4, '0')}`
      const look = { actor: 'bench', reason: 'bench' }
      for await (const page of searchConnections(
        year.database,
        { ...NO_CRITERIA, site, ...month },
        look,
      )) {
        if (page.length === 0) throw new Error('an empty page')
      }
    }
  })
  // The oldest day is the full one, and the only one that is gone then.
  const dropping = await whileWriting(database, 'a day dropped', async () => {
    const { dropped } = await dropOldDays(year.database, goneFrom(fullDay), {
      actor: 'bench',
      patienceMs: 10_000,
    })
    if (dropped.length !== 1) throw new Error(`${dropped.length} days were dropped`)
  })
  await database.close()
  return [{ ...alone, took: null }, reading, dropping]
}

async function whileWriting(
  database: Database,
  what: string,
  work: () => Promise<void>,
): Promise<WritersRow> {
  let isWorking = true
  const times: number[] = []
  const writing = (async () => {
    for (let n = 0; isWorking; n += 1) {
      const began = performance.now()
      const records = newSessions(`${what} ${n}`)
      await database.sql.begin((sql) => mergeRecords(sql, records, createSessionMemory()))
      times.push(performance.now() - began)
    }
  })()
  // So that it is under way.
  while (times.length < 3) await new Promise((resolve) => setTimeout(resolve, 20))
  const before = times.length
  const began = performance.now()
  await work()
  const took = performance.now() - began
  isWorking = false
  await writing
  const meanwhile = times.slice(before)
  const [p50, longest] = [percentile(meanwhile, 50), Math.max(...meanwhile)]
  return { what, took, writes: meanwhile.length, p50, longest }
}

function newSessions(name: string): readonly AccountingRecord[] {
  const at = new Date()
  const gateway = 'gw-0042'
  return Array.from({ length: SESSIONS_A_WRITE }, (_, i): AccountingRecord => {
    const mac = parseMac(`0200000001${String(i).padStart(2, '0')}`)
    const sessionKey = accountingSessionKey(gateway, `${name} ${i}`, mac)
    return {
      ...{ kind: 'start', gateway, site: '42-0042', network: 'staff', sessionKey, mac },
      ...{ account: `first.last${i + 1}`, ipv4: `10.0.42.${i + 2}`, ipv6: null, at, nasAt: at },
      ...{
        sessionSeconds: null,
        octetsIn: null,
        octetsOut: null,
        counterBits: null,
        cause: null,
        publicSource: null,
      },
    }
  })
}
