import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import { catchUp } from './catch-up.ts'
import { openDatabase } from './connection.ts'
import { encodeEvent } from './event-line.ts'
import { createFold } from './fold.ts'
import { createJournal, journalDepth } from './journal.ts'
import { restartOf } from '../test/support/log-events.ts'

const LINE = encodeEvent(restartOf('gw-1', new Date()))
const DEADLINE_MS = 1_000

/** A way to Postgres on which what is open can fall silent, as when a machine loses its power. */
async function startWay(
  url: string,
): Promise<{ url: string; fallSilent(): void } & AsyncDisposable> {
  const address = new URL(url)
  const path = `${address.searchParams.get('host')}/.s.PGSQL.${address.port || '5432'}`
  const sockets = new Set<Socket>()
  const server: Server = createServer((near) => {
    const far = connect(path)
    near.pipe(far).pipe(near)
    for (const socket of [near, far]) {
      socket.on('error', () => {})
      sockets.add(socket)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  address.searchParams.delete('host')
  address.host = `127.0.0.1:${port}`
  return {
    url: address.href,
    fallSilent() {
      for (const socket of sockets) socket.unpipe().pause()
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

describe('the journal', () => {
  test('is left by a database that vanished without a word at the deadline, and goes on with another connection', async () => {
    await using database = await openTestDatabase()
    await using way = await startWay(database.url)
    const journal = createJournal(
      () => openDatabase(way.url, { applicationName: 'test', max: 2 }),
      DEADLINE_MS,
    )
    await journal.append([LINE])
    way.fallSilent()
    await expect(journal.append([LINE])).rejects.toThrow(/no answer/)
    await journal.append([LINE, LINE])
    expect((await journalDepth(database)).events).toBe(3)
    await journal.close()
  })

  test('is brought into the log by who needs it whole, where nobody else does', async () => {
    await using database = await openTestDatabase()
    const journal = createJournal(() => database, DEADLINE_MS)
    await journal.append([LINE])
    expect(await catchUp(database, createFold({ database, onQuarantine: () => {} }))).toBe(0)
    const restarts = await database.sql`select gateway from log.gateway_restart`
    expect([...restarts]).toEqual([{ gateway: 'gw-1' }])
  })

  test('says how much is missing when whoever may does not', async () => {
    await using database = await openTestDatabase()
    await createJournal(() => database, DEADLINE_MS).append([LINE, LINE])
    await database.sql.begin(async (sql) => {
      await sql`select pg_advisory_xact_lock(hashtextextended('fold', 0))`
      const fold = createFold({ database, onQuarantine: () => {} })
      expect(await catchUp(database, fold, 100)).toBe(2)
    })
  })
})
