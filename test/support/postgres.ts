import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { openDatabase } from '#db/connection.ts'
import { startEmbedded } from '#db/embedded.ts'
import { migrate } from '#db/migrate.ts'
import { makeLogWritable } from './writable-log.ts'
import { TEMPLATE, withDatabase } from './template.ts'

/** One real Postgres for the whole run, without fsync; each test file takes a copy of the template. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'accueil-test-'))
  const server = await startEmbedded({ dataDir, fsync: false })
  const admin = openDatabase(server.url, { applicationName: 'test setup', max: 1 })
  await admin.sql.unsafe(`create database ${TEMPLATE}`)
  await admin.close()
  const template = openDatabase(withDatabase(server.url, TEMPLATE), {
    applicationName: 'test setup',
  })
  await migrate(template, Date.now())
  await makeLogWritable(template)
  await template.close()
  project.provide('postgresUrl', server.url)
  return async () => {
    await server.release()
    rmSync(dataDir, { recursive: true, force: true })
  }
}
