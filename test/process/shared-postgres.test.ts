import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { openDatabase } from '#db/connection.ts'
import type { Database } from '#db/connection.ts'
import { startEmbedded } from '#db/embedded.ts'
import { postgresUnder } from '../support/peers/run-folder.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'accueil-shared-'))
const server = await startEmbedded({ dataDir, fsync: false })

afterAll(async () => {
  await server.release()
  rmSync(dataDir, { recursive: true, force: true })
})

async function connected(): Promise<Database> {
  const database = openDatabase(server.url, { applicationName: 'test', max: 1 })
  expect(await database.ping()).toBe(true)
  return database
}

test('who joined the server leaves it to another that is still connected', async () => {
  const joined = await startEmbedded({ dataDir, fsync: false })
  const other = await connected()
  await joined.release()
  expect(await other.ping()).toBe(true)
  await other.close()
})

test('who started it waits a moment for connections that are just ending, and stops it', async () => {
  const last = await connected()
  const released = server.release()
  await sleep(200)
  await last.close()
  await released
  expect(postgresUnder(dataDir)).toEqual([])
})
