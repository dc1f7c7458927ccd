import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import { recordAccounting, restartGateway } from '../test/support/journal.ts'
import { history } from '../test/support/session-history.ts'
import { expectedSession } from '../test/support/session-model.ts'
import type { ExpectedSession } from '../test/support/session-model.ts'
import type { Database } from './connection.ts'

/** `ORDER_RUNS=2000` for a night. */
const RUNS = Number(process.env['ORDER_RUNS'] ?? 25)
const DAY_MS = 86_400_000

async function sessionsOf(
  { sql }: Database,
  gateways: readonly string[],
): Promise<readonly ExpectedSession[]> {
  const ms = (column: string) => sql`(extract(epoch from ${sql.unsafe(column)}) * 1000)::float8`
  return sql<ExpectedSession[]>`
    select c.gateway, c.mac::text, c.account, host(c.ipv4) as ipv4, ${ms('c.ipv4_at')} as "ipv4At",
           coalesce((
             select jsonb_agg(jsonb_build_object('address', host(f.address),
               'from', ${ms('f.from_at')}, 'until', ${ms('f.until_at')}) order by f.from_at)
             from log.former_address f where f.day = c.day and f.id = c.id), '[]') as former,
           ${ms('c.started_at')} as start, ${ms('c.nas_started_at')} as "nasStart",
           ${ms('c.stopped_at')} as stop, ${ms('c.nas_stopped_at')} as "nasStop",
           c.stop_cause as cause, s.octets_in::text as "octetsIn", s.octets_out::text as "octetsOut"
    from log.connection c join log.session s on s.day = c.day and s.id = c.id
    where c.gateway = any(${gateways})`
}

function sorted(sessions: readonly ExpectedSession[]): readonly ExpectedSession[] {
  const rank = (one: ExpectedSession): string => `${one.gateway} ${one.mac} ${one.start}`
  return sessions.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1)).map((one) => ({ ...one }))
}

test('lost, repeated, shuffled and regrouped packets give the rows of the plain model', async () => {
  await using database = await openTestDatabase()
  let run = 0
  const base = Date.now() - 3 * DAY_MS
  await fc.assert(
    fc.asyncProperty(history(base, 'gw'), async ({ sessions, restarts, arrivals }) => {
      run += 1
      const own = (gateway: string): string => `${run}-${gateway}`
      for (const arrival of arrivals) {
        if (arrival.kind === 'restart') {
          const { gateway, at } = arrival
          const restart = { gateway: own(gateway), at: new Date(at), cause: 'NAS-Reboot' }
          await restartGateway(database, restart)
        } else {
          const records = arrival.records.map((record) => ({
            ...record,
            gateway: own(record.gateway),
          }))
          await recordAccounting(database, records)
        }
      }
      const expected = sessions.map((packets) => {
        const gateway = packets[0]?.gateway ?? ''
        const times = restarts.filter((one) => one.gateway === gateway).map(({ at }) => at)
        return { ...expectedSession(packets, times), gateway: own(gateway) }
      })
      const found = await sessionsOf(database, ['gw-a', 'gw-b'].map(own))
      expect(sorted(found)).toEqual(sorted(expected))
    }),
    // A failure is cut down within a known number of tries, however slow the machine.
    { numRuns: RUNS },
  )
})
