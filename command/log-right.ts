import { nameOf } from '#core/actor.ts'
import type { Actor } from '#core/actor.ts'
import { AppError } from '#core/error.ts'
import { APART } from '#core/rights.ts'
import type { Action } from '#core/rights.ts'
import { groupsOf } from '#db/accounts.ts'
import { writeAudit } from '#db/audit.ts'
import type { Database } from '#db/connection.ts'
import { isGranted, rightsInForce } from '#db/role-grants.ts'

const NEEDS = {
  'logs.search': { role: 'log-reader', deed: 'search the log or ask for a pack of it' },
  'logs.approve': { role: 'log-approver', deed: 'approve a pack of the log' },
} as const satisfies Partial<Record<Action, { role: string; deed: string }>>

/**
 * Once anybody has been given the role, only who has it may: until then it is enough that two people agree
 * on a pack. Who is refused stands in the audit.
 */
export async function requireLogRight(
  database: Database,
  actor: Actor,
  action: keyof typeof NEEDS,
): Promise<void> {
  const { role, deed } = NEEDS[action]
  if (!(await isGranted(database, role))) return
  const account = nameOf(actor)
  const groups = await groupsOf(database, account)
  const rights = await rightsInForce(database, { account, groups }, Date.now())
  if (rights.has(action)) return
  await writeAudit(database.kysely, {
    ...{ actor, action: 'role.refused', subject: action, reason: null, details: {} },
  })
  throw new AppError(
    'role',
    rights.conflict
      ? `${actor} was given both ${APART.join(' and ')}, so neither counts: take one of them away`
      : `${actor} may not ${deed}: that takes the role ${role}, which apply gives to "person:${account}"`,
  )
}
