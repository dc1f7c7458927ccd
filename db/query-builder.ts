import { Kysely } from 'kysely'
import { PostgresJSDialect } from 'kysely-postgres-js'
import type postgres from 'postgres'
import type { Tables } from './tables.ts'

export function createKysely(sql: postgres.Sql): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new PostgresJSDialect({ postgres: sql }) })
}
