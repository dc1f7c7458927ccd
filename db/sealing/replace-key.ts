import { AppError } from '#core/error.ts'
import type { Seal } from '#core/seal.ts'
import type { Database } from '../connection.ts'
import { headOf, insertKeyChange, loadChain } from './chain.ts'
import { signBytes } from './day-seal.ts'
import { keyChangeText } from './key-change.ts'
import type { KeyChange } from './key-change.ts'
import { insertSealingKey, keyInForce, loadSealingKey, makeSealingKey } from './sealing-key.ts'

/**
 * A new signing key, from the next seal on. The old one signs that it hands over, and its private half
 * is deleted. With `lost` it is not asked: whoever verifies is told of a break.
 */
export async function replaceSealingKey(
  database: Database,
  seal: Seal,
  options: { lost: boolean; reason: string | null; actor: string; now: number },
): Promise<KeyChange> {
  const { lost, reason, actor, now } = options
  return database.sql.begin(async (sql) => {
    // No seal is made meanwhile: it would not know what stands before it, nor who signs.
    await sql`lock table log.seal in share row exclusive mode`
    await sql`select pg_advisory_xact_lock(hashtextextended('sealing key', 0))`
    const old = await keyInForce(sql)
    if (old === null) {
      throw new AppError('sealing-key', 'there is no signing key yet: the first seal makes one')
    }
    const signer = lost ? null : await loadSealingKey(sql, seal)
    const fresh = makeSealingKey()
    const chain = await loadChain(sql)
    const statement = {
      from: old.id,
      to: fresh.id,
      at: new Date(now),
      reason,
      afterDay: chain.findLast((link) => link.kind === 'seal')?.seal.day ?? null,
      previous: headOf(chain),
      lost,
    }
    const text = keyChangeText(statement)
    const change = {
      ...statement,
      oldSignature: signer === null ? null : signBytes(signer.privatePem, text),
      newSignature: signBytes(fresh.privatePem, text),
    }
    await sql`
      update log.sealing_key set retired_at = ${change.at}, private_pem = null where id = ${old.id}`
    await insertSealingKey(sql, seal, fresh)
    await insertKeyChange(sql, change)
    await sql`
      insert into audit.entry (actor, action, subject, reason, details)
      values (${actor}, 'logs.key-change', ${fresh.id}, ${reason},
              ${sql.json({ from: old.id, lost, after: statement.afterDay })})`
    return change
  })
}
