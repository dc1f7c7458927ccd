import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { openDatabase } from '#db/connection.ts'
import { startEmbedded } from '#db/embedded.ts'
import { migrate } from '#db/migrate.ts'
import { utcDay } from '#db/partitions.ts'
import { makeLogWritable } from './writable-log.ts'
import { TEMPLATE, withDatabase } from './template.ts'

const MEMORY_FOLDER = '/dev/shm'
/** The statfs type of tmpfs. */
const TMPFS = 0x01_02_19_94
/** The write-ahead log alone grows to one. */
const ENOUGH_BYTES = 3 * 1024 ** 3

/**
 * A copy of the template is a thousand small files: in memory 30 ms of the machine, on a disk up to a second.
 * A container's is often too small.
 */
function placeForDatabases(): string {
  if (!existsSync(MEMORY_FOLDER)) return tmpdir()
  const found = statfsSync(MEMORY_FOLDER)
  const isRoomy = found.type === TMPFS && found.bavail * found.bsize >= ENOUGH_BYTES
  return isRoomy ? MEMORY_FOLDER : tmpdir()
}

/** One real Postgres for the whole run, without fsync; each test file takes a copy of the template. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(join(placeForDatabases(), 'accueil-test-'))
  const server = await startEmbedded({ dataDir, fsync: false, connections: 200 })
  const admin = openDatabase(server.url, { applicationName: 'test setup', max: 1 })
  await admin.sql.unsafe(`create database ${TEMPLATE}`)
  await admin.close()
  const template = openDatabase(withDatabase(server.url, TEMPLATE), {
    applicationName: 'test setup',
  })
  const now = Date.now()
  await migrate(template, now)
  await makeLogWritable(template)
  await template.close()
  project.provide('postgresUrl', server.url)
  project.provide('templateDay', utcDay(now))
  return async () => {
    await server.release()
    rmSync(dataDir, { recursive: true, force: true })
  }
}
