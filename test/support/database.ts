import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { applyGrants } from '#db/apply-roles.ts'
import { openDatabase } from '#db/connection.ts'
import type { Database } from '#db/connection.ts'
import { makePartitions, PARENTS, partitionDays, partitionName, utcDay } from '#db/partitions.ts'
import type { DatabaseRole } from '#db/roles.ts'
import { TEMPLATE, withDatabase } from './template.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The run's Postgres; its database `template_accueil` is migrated. */
    postgresUrl: string
    /** Around which it has the log's days. */
    templateDay: string
  }
}

export interface TestDatabase extends Database, AsyncDisposable {
  readonly url: string
  /** The same database as a part of the program sees it. */
  as(role: DatabaseRole): Database
  /** All of those. */
  readonly parts: readonly Database[]
}

/**
 * A database of its own on the run's real Postgres, migrated and empty; dropped with `await using`. With
 * `template1` without any table.
 */
export async function openTestDatabase(
  template: 'template1' | typeof TEMPLATE = TEMPLATE,
): Promise<TestDatabase> {
  const server = inject('postgresUrl')
  const name = `test_${randomBytes(6).toString('hex')}`
  const admin = openDatabase(server, { applicationName: 'test admin', max: 1 })
  await admin.sql.unsafe(`create database ${name} template ${template} strategy file_copy`)
  const url = withDatabase(server, name)
  const database = openDatabase(url, { applicationName: 'test' })
  if (template === TEMPLATE && inject('templateDay') !== utcDay(Date.now()))
    await moveDays(database)
  const others: Database[] = []
  return {
    ...database,
    url,
    parts: others,
    as(role) {
      const other = openDatabase(url, { applicationName: `test ${role}`, role })
      others.push(other)
      return other
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([database, ...others].map((one) => one.close()))
      await admin.sql.unsafe(`drop database if exists ${name} with (force)`)
      await admin.close()
    },
  }
}

/** After midnight, from the template's days to those of a migration of today: as many go as come. */
async function moveDays(database: Database): Promise<void> {
  const made = await makePartitions(database, Date.now())
  for (const day of (await partitionDays(database)).slice(0, made)) {
    for (const parent of PARENTS) {
      await database.sql.unsafe(`drop table log."${partitionName(parent, day)}"`)
    }
  }
  await applyGrants(database)
}
