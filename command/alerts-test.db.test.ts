import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { channelContext } from '#db/alert-channels.ts'
import { openTestDatabase } from '../test/support/database.ts'
import { testSeal } from '../test/support/house.ts'
import { tryChannel } from './alerts-test.ts'

test('a channel is tried in its quiet hours too; who tried stands in the audit, what went wrong is said', async () => {
  await using database = await openTestDatabase()
  const got: string[] = []
  const server = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => got.push(chunk.toString()))
    request.on('end', () => void response.writeHead(request.url === '/gone' ? 404 : 200).end())
  })
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  for (const name of ['desk', 'gone']) {
    const settings = { kind: 'teams', url: `http://127.0.0.1:${port}/${name}`, ca: null }
    await database.sql`
      insert into house.alert_channel (name, kind, settings, host, kinds, associations, quiet_hours,
        timezone, language, position)
      values (${name}, 'teams', ${testSeal.seal(JSON.stringify(settings), channelContext(name))},
        'h', '{}', '{}', '{00:00-12:00,12:00-24:00}', 'Europe/Paris', 'en', 0)`
  }
  const publicUrl = new URL('https://wifi.example.org')
  const by = { database, seal: testSeal, publicUrl, actor: 'cli:ada', now: Date.now() }
  expect(await tryChannel(by, 'desk')).toEqual({ kind: 'teams', outcome: { ok: true } })
  expect(got.join('')).toContain('Test of an alert')
  const { outcome } = await tryChannel(by, 'gone')
  expect(outcome).toMatchObject({ ok: false, reason: 'HTTP 404' })
  await expect(tryChannel(by, 'nobody')).rejects.toThrow('there are: desk, gone')
  const lines = await database.sql<{ line: string }[]>`
    select concat_ws(' ', actor, action, subject, details ->> 'ok') as line from audit.entry
    order by id`
  expect(lines.map(({ line }) => line)).toEqual([
    'cli:ada alerts.test alert-channel desk true',
    'cli:ada alerts.test alert-channel gone false',
  ])
  await new Promise((done) => server.close(done))
})
