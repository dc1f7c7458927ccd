import type { Database } from './connection.ts'

/** A local account: for small organisations, and to get in when the directory is down. */
export interface Account {
  /** Lower case. */
  readonly username: string
  /** PHC string of argon2id. */
  readonly passwordHash: string
  readonly groups: readonly string[]
}

export async function loadAccounts(
  database: Pick<Database, 'kysely'>,
): Promise<ReadonlyMap<string, Account>> {
  const rows = await database.kysely
    .selectFrom('staff.account')
    .select(['username', 'password_hash as passwordHash', 'groups'])
    .execute()
  return new Map(rows.map((row) => [row.username, row]))
}
