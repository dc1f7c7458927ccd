import type postgres from 'postgres'
import type { Database } from '../connection.ts'

/** From where places come, and how it went last. */
export interface AdminInventory {
  /** Null: none is declared. */
  readonly url: string | null
  /** Null: not yet. */
  readonly checkedAt: Date | null
  readonly places: number
  readonly error: string | null
  /** The difference that waits for somebody, in lines as `apply` prints them; null: none waits. */
  readonly held: readonly string[] | null
  /** By which it is accepted. */
  readonly heldId: string | null
  readonly acceptedBy: string | null
}

export async function readInventory(sql: postgres.TransactionSql): Promise<AdminInventory> {
  const [row] = await sql<AdminInventory[]>`
    select (select url from house.inventory) as url, s.checked_at as "checkedAt",
           coalesce(s.places, 0) as places, s.error, s.held, s.held_sha256 as "heldId",
           s.accepted_by as "acceptedBy"
    from (select) one left join house.inventory_state s on true`
  if (row === undefined) throw new Error('a row of no table is there')
  return row
}

/** False: that is not what waits, or not any more. */
export async function acceptInventory(
  sql: postgres.TransactionSql,
  id: string,
  { actor, reason }: { readonly actor: string; readonly reason: string | null },
): Promise<boolean> {
  const [row] = await sql<{ accepted: boolean }[]>`
    select house.accept_inventory(${id}, ${actor}, ${reason}) as accepted`
  return row?.accepted ?? false
}

/** Null: there is no webhook. */
export async function sealedHookSecret({ sql }: Pick<Database, 'sql'>): Promise<string | null> {
  const [row] = await sql<{ secret: string | null }[]>`
    select webhook_secret as secret from house.inventory`
  return row?.secret ?? null
}
