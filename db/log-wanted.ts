import type { Database } from './connection.ts'

const CHANNEL = 'log_wanted'
const RETRY_MS = 5_000

/** Tells the fold, wherever it runs, that somebody waits for what is in the journal up to this number. */
export async function wantLog({ sql }: Pick<Database, 'sql'>, last: string): Promise<void> {
  await sql`select pg_notify(${CHANNEL}, ${last})`
}

/** Hears of it, from when the database first answers; a connection that is lost is made again. */
export function hearWants(
  database: Pick<Database, 'sql' | 'ping'>,
  onWant: (last: bigint) => void,
): { stop(): void } {
  let timer: NodeJS.Timeout | undefined
  let isStopped = false

  async function listen(): Promise<void> {
    // The library would remember a LISTEN that failed with its first connection, and never ask again.
    if (!(await database.ping())) throw new Error('the database does not answer')
    if (isStopped) return
    await database.sql.listen(CHANNEL, (payload) => {
      // Anyone who may connect may notify.
      if (/^\d{1,19}$/.test(payload)) onWant(BigInt(payload))
    })
  }

  function listenLater(): void {
    if (!isStopped) timer = setTimeout(() => void listen().catch(listenLater), RETRY_MS)
  }

  void listen().catch(listenLater)
  return {
    stop() {
      isStopped = true
      clearTimeout(timer)
    },
  }
}
