import type postgres from 'postgres'
import type { Reach } from '#core/rights.ts'
import type { Database } from '../connection.ts'
import { roleName } from '../roles.ts'

/** For whom a transaction is, and as far as it may see and write. */
export interface AdminScope {
  /** See core/actor.ts. */
  readonly actor: string
  readonly reach: Reach
}

/**
 * One transaction of the administration. Whoever forgets to ask for a right in it finds no row of another
 * association all the same: the role sees rows by what is set here and by nothing else.
 */
export async function asAdmin<T>(
  { sql }: Pick<Database, 'sql'>,
  { actor, reach }: AdminScope,
  work: (sql: postgres.TransactionSql) => Promise<T>,
): Promise<T> {
  const { everywhere, associations, sites } = reach
  // The library's type is of an array's elements, where a promise of T is meant.
  return (await sql.begin(async (sql) => {
    await sql`set local role ${sql(roleName('admin'))}`
    await sql`
      select set_config('accueil.actor', ${actor}, true),
             set_config('accueil.reach', ${everywhere ? 'everywhere' : 'some'}, true),
             set_config('accueil.associations', ${[...associations]}::text[]::text, true),
             set_config('accueil.sites', ${[...sites]}::text[]::text, true)`
    return work(sql)
  })) as T
}
