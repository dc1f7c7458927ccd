import { once } from 'node:events'
import { createServer } from 'node:http'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { addList, removeList } from '#db/list-changes.ts'
import { acceptHeld, dueOrigins, listStates } from '#db/list-states.ts'
import { readListText } from '#db/lists.ts'
import { openTestDatabase } from '../../test/support/database.ts'
import { seedHouse, testSeal } from '../../test/support/house.ts'
import { answer, block, soa, startPrimary } from '../testing/zone-primary.ts'
import { tarOf } from '../testing/archive.ts'
import { listsJob } from './lists-job.ts'
import { refreshDue } from './refresh-due.ts'
import { refreshList } from './refresh.ts'

const noKeys = () => Promise.resolve(new Map())

/** A publisher of lists, whose answer the test sets. */
async function startPublisher() {
  const now: { status: number; body: string | Buffer; etag: string | null } = {
    status: 200,
    body: 'bad.example\n',
    etag: null,
  }
  const asked: (string | undefined)[] = []
  const server = createServer((request, response) => {
    asked.push(request.headers['if-none-match'])
    const isKnown = now.etag !== null && request.headers['if-none-match'] === now.etag
    if (isKnown) return response.writeHead(304).end()
    return response.writeHead(now.status, now.etag === null ? {} : { etag: now.etag }).end(now.body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  return {
    now,
    asked,
    url: `http://127.0.0.1:${port}/list`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function add(database: Database, url: string, allowPrivate = true): Promise<void> {
  const from = { url, folder: null, allowPrivate }
  await addList(
    database,
    testSeal,
    { name: 'games', category: 'games', blocks: ['guest'], from },
    'cli:ada',
  )
}

async function refresh(database: Database): Promise<string> {
  const [origin] = await dueOrigins(database, 'games')
  if (origin === undefined) return 'no origin'
  const refreshed = await refreshList(database, origin, undefined)
  return 'reason' in refreshed ? `${refreshed.kind}: ${refreshed.reason}` : refreshed.kind
}

async function textOf(database: Database): Promise<string> {
  return Buffer.from(await readListText(database, 'games')).toString()
}

async function stateOf(database: Database) {
  const state = (await listStates(database)).find(({ name }) => name === 'games')
  if (state === undefined) throw new Error('no such list')
  return state
}

const hundred = (count: number): string =>
  Array.from({ length: count }, (_, i) => `n${i}.example\n`).join('')

describe('a list with an address', () => {
  test('is fetched, counted, and told from what it was', async () => {
    await using database = await openTestDatabase()
    await using publisher = await startPublisher()
    publisher.now.etag = '"1"'
    publisher.now.body = 'bad.example\n192.0.2.1\n'
    await add(database, publisher.url)
    const jobs = database.as('jobs')
    expect(await refresh(jobs)).toBe('changed')
    expect(await textOf(jobs)).toBe('bad.example\n192.0.2.1\n')
    expect(await stateOf(database.as('operator'))).toMatchObject({
      ...{ names: 1, lines: 2, unusable: 1, kinds: { address: 1 }, syntax: 'plain', error: null },
      faults: [{ line: 2, fault: 'address', text: '192.0.2.1' }],
      changedAt: expect.any(Date),
    })
    expect(await refresh(jobs)).toBe('unchanged')
    expect(publisher.asked).toEqual([undefined, '"1"'])
    publisher.now.etag = '"2"'
    publisher.now.body = 'worse.example\n'
    expect(await refresh(jobs)).toBe('changed')
    expect(await textOf(jobs)).toBe('worse.example\n')
  })

  test.each([
    ['404', { status: 404 }, /answers 404/],
    ['a web page', { body: '<!DOCTYPE html><title>bad.example</title>' }, /a web page/],
    ['nothing', { body: '' }, /it is empty/],
    ['a list without names', { body: '# moved\n# elsewhere\n' }, /none names a domain/],
    ['octets of no list', { body: Buffer.alloc(3000, 0x80) }, /none names a domain/],
    ['half a zip', { body: gzipSync(hundred(500)).subarray(0, 300) }, /cannot be unpacked/],
    [
      'another archive',
      { body: tarOf({ 'a/domains': 'x.example', 'b/domains': 'y.example' }) },
      /say which folder: a, b/,
    ],
  ])('that answers with %s keeps what it had, and says so', async (_, answer, reason) => {
    await using database = await openTestDatabase()
    await using publisher = await startPublisher()
    await add(database, publisher.url)
    expect(await refresh(database)).toBe('changed')
    Object.assign(publisher.now, answer)
    expect(await refresh(database)).toMatch(reason)
    expect(await textOf(database)).toBe('bad.example\n')
    expect((await stateOf(database)).error).toMatch(reason)
    Object.assign(publisher.now, { status: 200, body: 'bad.example\nworse.example\n' })
    expect(await refresh(database)).toBe('changed')
    expect((await stateOf(database)).error).toBeNull()
  })

  test('inside the house is fetched only where that was said', async () => {
    await using database = await openTestDatabase()
    await using publisher = await startPublisher()
    await add(database, publisher.url, false)
    expect(await refresh(database)).toMatch(/is an address inside/)
    expect(publisher.asked).toEqual([])
  })

  test('that loses half of its names is held back until somebody accepts it', async () => {
    await using database = await openTestDatabase()
    await using publisher = await startPublisher()
    publisher.now.body = hundred(300)
    await add(database, publisher.url)
    expect(await refresh(database)).toBe('changed')
    publisher.now.body = hundred(149)
    publisher.now.etag = '"half"'
    expect(await refresh(database)).toMatch(/^held-back: it has 149 names where it had 300/)
    expect(await textOf(database)).toBe(hundred(300))
    expect(await stateOf(database)).toMatchObject({ heldNames: 149, error: expect.any(String) })
    // As it was: that is still no reason to believe it.
    expect(await refresh(database)).toBe('unchanged')
    expect((await stateOf(database)).error).toMatch(/held back/)
    const another = 'ab'.repeat(12)
    expect(await database.sql.begin((sql) => acceptHeld(sql, 'games', another))).toBeNull()
    expect(await database.sql.begin((sql) => acceptHeld(sql, 'games'))).toBe(149)
    expect(await textOf(database)).toBe(hundred(149))
    expect(await stateOf(database)).toMatchObject({ heldNames: null, error: null, names: 149 })
    expect(await database.sql.begin((sql) => acceptHeld(sql, 'games'))).toBeNull()
  })

  test('that comes back to its size by itself is in force at once', async () => {
    await using database = await openTestDatabase()
    await using publisher = await startPublisher()
    publisher.now.body = hundred(300)
    await add(database, publisher.url)
    await refresh(database)
    publisher.now.body = hundred(10)
    expect(await refresh(database)).toMatch(/^held-back/)
    publisher.now.body = hundred(310)
    expect(await refresh(database)).toBe('changed')
    expect(await stateOf(database)).toMatchObject({ names: 310, heldNames: null, error: null })
  })
})

describe('the job', () => {
  test('fetches what is due in its thread, counts lists of files, and has nothing to do after that', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    await using publisher = await startPublisher()
    await add(database, publisher.url)
    expect(await listsJob(database.url, noKeys).run()).toBe('1 changed')
    expect(await textOf(database)).toBe('bad.example\n')
    const adult = (await listStates(database)).find(({ name }) => name === 'adult')
    expect(adult).toMatchObject({ names: 1, lines: 1, url: null, error: null })
    expect(await refreshDue(database, new Map())).toBe('nothing due')
    expect(publisher.asked).toHaveLength(1)
    // A thread loads the whole of what it needs: long, where everything else is at work too.
  })

  test('asks again a day later, an hour after a failure, and at once at another address', async () => {
    await using database = await openTestDatabase()
    await using publisher = await startPublisher()
    await add(database, publisher.url)
    await refreshDue(database, new Map())
    const after = async (hours: number): Promise<string> => {
      await database.sql`
        update house.list_state set tried_at = now() - ${hours} * interval '1 hour'`
      return refreshDue(database, new Map())
    }
    expect(await after(23)).toBe('nothing due')
    publisher.now.status = 500
    expect(await after(25)).toMatch(/^1 failed; games: .* answers 500$/)
    expect(await after(0.5)).toBe('nothing due')
    publisher.now.status = 200
    expect(await after(1.5)).toBe('1 changed')
    publisher.now.etag = '"x"'
    await database.sql`update house.list_source set url = ${`${publisher.url}2`}`
    expect(await refreshDue(database, new Map())).toBe('1 changed')
  })

  test('transfers a zone as often as its SOA says, whole and then its differences', async () => {
    await using database = await openTestDatabase()
    const says = [
      [soa(7), block('old.example'), soa(7)],
      [soa(7)],
      [soa(8), soa(7), block('old.example'), soa(8), block('new.example'), soa(8)],
    ]
    await using primary = await startPrimary((query) => [answer(query, says.shift() ?? [])])
    await add(database, primary.url)
    const after = async (seconds: number): Promise<string> => {
      await database.sql`
        update house.list_state set tried_at = now() - ${seconds} * interval '1 second'`
      return refreshDue(database, new Map())
    }
    expect(await refreshDue(database, new Map())).toBe('1 changed')
    expect(await textOf(database)).toContain('old.example CNAME .')
    expect(await after(890)).toBe('nothing due')
    expect(await after(910)).toBe('1 unchanged')
    expect(await after(910)).toBe('1 changed')
    expect(await textOf(database)).toMatch(/ 8 900 [^]*\nnew\.example CNAME \.\n$/)
    expect(await textOf(database)).not.toContain('old.example')
    expect(primary.asked()).toBe(3)
  })
})

describe('a list of a command', () => {
  test('is written to the audit, replaced by its name, and not taken for one of a declaration', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    const list = {
      category: 'c',
      blocks: ['guest'],
      from: { text: Buffer.from('a.example') },
    } as const
    expect(await addList(database, testSeal, { ...list, name: 'own' }, 'cli:ada')).toBe(true)
    expect(await addList(database, testSeal, { ...list, name: 'own' }, 'cli:ada')).toBe(true)
    expect(await addList(database, testSeal, { ...list, name: 'adult' }, 'cli:ada')).toBe(false)
    expect(await removeList(database, 'adult', 'cli:ada')).toBe(false)
    expect(await removeList(database, 'own', 'cli:ada')).toBe(true)
    const lines = await database.sql<{ action: string }[]>`
      select action from audit.entry where subject = 'list own' order by id`
    expect(lines.map(({ action }) => action)).toEqual(['list.create', 'list.change', 'list.remove'])
  })
})
