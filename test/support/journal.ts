import type { AccountingRecord, GatewayRestart } from '#db/accounting-record.ts'
import type { Database } from '#db/connection.ts'
import { createFold } from '#db/fold.ts'
import type { Fold } from '#db/fold.ts'
import { appendEvent } from '#db/journal.ts'
import type { LogEvent } from '#db/log-event.ts'
import { accountingSessionKey } from '#db/session-key.ts'

/** One for each database, as in the product: it remembers the sessions that it has seen. */
const folds = new WeakMap<Database, Fold>()

/** Brings what is in the journal into the log; a test that does not look for quarantine must not have any. */
export async function foldJournal(database: Database): Promise<void> {
  const fold =
    folds.get(database) ??
    createFold({
      database,
      onQuarantine: (gateway, reason) => {
        throw new Error(`quarantined: ${gateway} ${reason}`)
      },
    })
  folds.set(database, fold)
  while ((await fold.step()) !== 0);
}

export async function logEvents(database: Database, events: readonly LogEvent[]): Promise<void> {
  await database.sql.begin(async (sql) => {
    for (const event of events) await appendEvent(sql, event)
  })
  await foldJournal(database)
}

/** A record as a test writes it, with what the session's key is made from. */
export interface TestRecord extends Omit<AccountingRecord, 'sessionKey'> {
  readonly acctSessionId: string
}

export function recordAccounting(
  database: Database,
  records: readonly TestRecord[],
): Promise<void> {
  return logEvents(
    database,
    records.map(({ acctSessionId, ...record }) => {
      const sessionKey = accountingSessionKey(record.gateway, acctSessionId, record.mac)
      return { kind: 'record', record: { ...record, sessionKey } }
    }),
  )
}

export function restartGateway(database: Database, restart: GatewayRestart): Promise<void> {
  return logEvents(database, [{ kind: 'restart', restart }])
}
