import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { openDatabase } from '#db/connection.ts'
import type { Database } from '#db/connection.ts'
import { TEMPLATE, withDatabase } from './template.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The run's Postgres; its database `template_accueil` is migrated. */
    postgresUrl: string
  }
}

/**
 * A database of its own on the run's real Postgres, migrated and empty; dropped with `await using`. With
 * `template1` without any table.
 */
export async function openTestDatabase(
  template: 'template1' | typeof TEMPLATE = TEMPLATE,
): Promise<Database & AsyncDisposable & { readonly url: string }> {
  const server = inject('postgresUrl')
  const name = `test_${randomBytes(6).toString('hex')}`
  const admin = openDatabase(server, { applicationName: 'test admin', max: 1 })
  await admin.sql.unsafe(`create database ${name} template ${template} strategy file_copy`)
  const url = withDatabase(server, name)
  const database = openDatabase(url, { applicationName: 'test' })
  return {
    ...database,
    url,
    async [Symbol.asyncDispose]() {
      await database.close()
      await admin.sql.unsafe(`drop database if exists ${name} with (force)`)
      await admin.close()
    },
  }
}
