import { AppError } from '#core/error.ts'
import { verifyPassword } from '#core/password.ts'
import { findPasswordHash } from '#db/accounts.ts'
import { writeAudit } from '#db/audit.ts'
import type { Database } from '#db/connection.ts'
import { cliActor } from './apply.ts'
import { askPassword } from './ask-password.ts'

/**
 * Who is there: the account of the machine, or with `as` an account of the house, by its password. A
 * name that does not prove itself is refused, and the audit says who tried.
 */
export async function whoIsThere(
  database: Database,
  as: string | undefined,
  ask: (question: string) => Promise<string> = askPassword,
): Promise<string> {
  if (as === undefined) return cliActor()
  const name = as.trim().toLowerCase()
  const passwordHash = await findPasswordHash(database, name)
  const password = await ask(`Password of ${name}: `)
  if (passwordHash !== null && (await verifyPassword(passwordHash, password))) {
    return `account:${name}`
  }
  await writeAudit(database.kysely, {
    actor: cliActor(),
    action: 'account.refused',
    subject: name,
    reason: null,
    details: {},
  })
  throw new AppError('account', `no account "${name}" of the house has this password`)
}
