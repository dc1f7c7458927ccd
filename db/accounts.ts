import type { Seal } from '#core/seal.ts'
import type { Database } from './connection.ts'
import { openSecret } from './gateways.ts'

/** A local account: for small organisations, and to get in when the directory is down. */
export interface Account {
  /** Lower case. */
  readonly username: string
  /** PHC string of argon2id. */
  readonly passwordHash: string
  readonly groups: readonly string[]
  /** 16 octets; null unless the account was declared with `mschap: true`. */
  readonly ntHash: Uint8Array | null
}

export async function loadAccounts(
  database: Pick<Database, 'kysely'>,
  seal: Seal,
): Promise<ReadonlyMap<string, Account>> {
  const rows = await database.kysely
    .selectFrom('staff.account')
    .select(['username', 'password_hash as passwordHash', 'groups', 'nt_hash'])
    .execute()
  return new Map(
    rows.map(({ nt_hash, ...row }) => {
      const ntHash =
        nt_hash === null
          ? null
          : Buffer.from(openSecret(seal, nt_hash, ntHashContext(row.username)), 'hex')
      return [row.username, { ...row, ntHash }]
    }),
  )
}

/** Null if nobody has this name, which is in lower case. */
export async function findPasswordHash(
  database: Pick<Database, 'kysely'>,
  username: string,
): Promise<string | null> {
  const row = await database.kysely
    .selectFrom('staff.account')
    .select('password_hash')
    .where('username', '=', username)
    .executeTakeFirst()
  return row?.password_hash ?? null
}

/** None if nobody has this name, which is in lower case. */
export async function groupsOf(
  database: Pick<Database, 'kysely'>,
  username: string,
): Promise<readonly string[]> {
  const row = await database.kysely
    .selectFrom('staff.account')
    .select('groups')
    .where('username', '=', username)
    .executeTakeFirst()
  return row?.groups ?? []
}

/** What a sign-in to the pages needs of an account; `username` is in lower case. */
export async function findAccount(
  { sql }: Pick<Database, 'sql'>,
  username: string,
): Promise<Pick<Account, 'passwordHash' | 'groups'> | null> {
  const [row] = await sql<Pick<Account, 'passwordHash' | 'groups'>[]>`
    select password_hash as "passwordHash", groups from staff.sign_in_account(${username})`
  return row ?? null
}

/** What the sealed NT hash of an account is bound to. */
export function ntHashContext(username: string): string {
  return `nt-hash:${username}`
}
