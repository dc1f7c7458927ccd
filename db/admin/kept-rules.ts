import type postgres from 'postgres'
import { refused } from './outcome.ts'
import type { Outcome, Refusal } from './outcome.ts'

type Sql = postgres.TransactionSql

/** By the names that triggers and constraints give to what they refuse. */
const REFUSED_BY: Readonly<Record<string, Refusal>> = {
  roles_apart: 'both-halves',
  last_national_admin: 'last-administrator',
  terms_in_force: 'in-force',
  // Names and addresses are one house's, whoever may see them.
  gateway_pkey: 'gateway-taken',
  gateway_address_key: 'gateway-taken',
  gateway_known: 'no-way',
  gateway_coa_secret: 'own-settings',
}

/** What the database refuses whoever asks, as an answer and before the transaction ends. */
export async function keptRules<T>(
  sql: Sql,
  work: (sql: Sql) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  try {
    const answer: { made?: Outcome<T> } = {}
    await sql.savepoint(async (sql) => {
      answer.made = await work(sql)
      await sql`set constraints all immediate`
    })
    return answer.made ?? refused('not-found')
  } catch (thrown) {
    const rule =
      thrown instanceof Error && 'constraint_name' in thrown ? thrown.constraint_name : null
    const refusal = typeof rule === 'string' ? REFUSED_BY[rule] : undefined
    if (refusal !== undefined) return refused(refusal)
    throw thrown
  }
}
