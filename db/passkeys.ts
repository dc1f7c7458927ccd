import { sql } from 'kysely'
import { writeAudit } from './audit.ts'
import type { Database } from './connection.ts'

/** A second factor that an account of the house shows by its browser. */
export interface Passkey {
  /** Base64url. */
  readonly id: string
  readonly name: string
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array
  readonly signCount: number
  readonly addedAt: Date
  readonly usedAt: Date | null
}

export const PASSKEY_LIMITS = {
  /** Of one account. */
  keys: 10,
  nameCharacters: 64,
} as const

export async function listPasskeys(
  { sql: query }: Pick<Database, 'sql'>,
  username: string,
): Promise<readonly Passkey[]> {
  return query<Passkey[]>`
    select id, name, public_key as "publicKey", sign_count::float8 as "signCount",
      added_at as "addedAt", used_at as "usedAt"
    from staff.passkey where username = ${username} order by added_at, id`
}

/** False: it is known already, or the account has as many as it may. */
export async function addPasskey(
  { kysely }: Pick<Database, 'kysely'>,
  passkey: Pick<Passkey, 'id' | 'name' | 'publicKey' | 'signCount'> & {
    readonly username: string
    readonly challengedAt: Date
    readonly at: Date
  },
): Promise<boolean> {
  const { id, username, name, publicKey, signCount, challengedAt, at } = passkey
  return kysely.transaction().execute(async (transaction) => {
    // Of two at once, the second counts what the first has made.
    await sql`
      select from staff.second_factor where username = ${username} for update`.execute(transaction)
    const { numAffectedRows } = await sql`
      insert into staff.passkey
        (id, username, name, public_key, sign_count, added_at, challenged_at)
      select ${id}, ${username}, ${name}, ${Buffer.from(publicKey)}, ${signCount}, ${at},
        ${challengedAt}
      where (select count(*) from staff.passkey where username = ${username})
        < ${PASSKEY_LIMITS.keys}
      on conflict (id) do nothing`.execute(transaction)
    if (numAffectedRows !== 1n) return false
    await writeAudit(transaction, {
      actor: `account:${username}`,
      ...{ action: 'staff.passkey.added', subject: `account ${username}`, reason: null },
      details: { name },
    })
    return true
  })
}

/** Takes what was shown for good; false if this challenge, or a later one, was answered before, or by a copy. */
export async function takePasskey(
  { sql: query }: Pick<Database, 'sql'>,
  shown: {
    readonly username: string
    readonly id: string
    readonly signCount: number
    readonly challengedAt: Date
    readonly at: Date
  },
): Promise<boolean> {
  const { username, id, signCount, challengedAt, at } = shown
  const taken = await query`
    update staff.passkey
    set sign_count = ${signCount}, challenged_at = ${challengedAt}, used_at = ${at}
    where id = ${id} and username = ${username} and challenged_at < ${challengedAt}
      and (sign_count < ${signCount} or sign_count = 0 and ${signCount}::bigint = 0)`
  return taken.count === 1
}

/** False: it is not theirs. */
export async function removePasskey(
  { kysely }: Pick<Database, 'kysely'>,
  { username, id }: { readonly username: string; readonly id: string },
): Promise<boolean> {
  return kysely.transaction().execute(async (transaction) => {
    const { rows } = await sql<{ name: string }>`
      delete from staff.passkey where id = ${id} and username = ${username} returning name`.execute(
      transaction,
    )
    const [gone] = rows
    if (gone === undefined) return false
    await writeAudit(transaction, {
      actor: `account:${username}`,
      ...{ action: 'staff.passkey.removed', subject: `account ${username}`, reason: null },
      details: { name: gone.name },
    })
    return true
  })
}
