import { z } from 'zod'
import { LOGIN_DAYS } from '../login-traces.ts'
import type { StepContext, Step } from './step.ts'
import { NO_STEP, byKey, stepOf } from './step.ts'

const DAYS_OF = { d: 1, y: 365 } as const
// CNIL, délibération 2021-122: six months to a year, up to three with a justification.
const SHORTEST_DAYS = 180
const LONGEST_DAYS = 3 * 365

const life = z.string().transform((text, context) => {
  const match = /^(\d{1,4})([dy])$/.exec(text)
  const days = Number(match?.[1] ?? 0) * DAYS_OF[match?.[2] === 'y' ? 'y' : 'd']
  if (days >= SHORTEST_DAYS && days <= LONGEST_DAYS) return days
  context.addIssue(`"${text}" is not a length of time from 180d to 3y`)
  return z.NEVER
})

const LOGINS_LONGEST_DAYS = 31

const loginLife = z.string().transform((text, context) => {
  const days = Number(/^(\d{1,2})d$/.exec(text)?.[1] ?? 0)
  if (days >= 1 && days <= LOGINS_LONGEST_DAYS) return days
  context.addIssue(`"${text}" is not a length of time from 1d to ${LOGINS_LONGEST_DAYS}d`)
  return z.NEVER
})

/** `retention: { audit: 1y, logins: 7d }` */
export const retentionSchema = z.strictObject({
  audit: life,
  logins: loginLife.default(LOGIN_DAYS),
})

/** How long the audit, requests for packs, ended holds, and traces of logins stay. */
export async function retentionStep({ kysely, declaration }: StepContext): Promise<Step> {
  if (declaration.retention === undefined) return NO_STEP
  const { audit, logins } = declaration.retention
  const present = await kysely
    .selectFrom('house.retention')
    .select(['audit_days', 'login_days'])
    .execute()
  return stepOf(
    {
      what: 'retention',
      present: byKey(present, () => ''),
      desired: byKey([{ audit_days: audit, login_days: logins }], () => ''),
      complete: false,
    },
    {
      insert: (row) => kysely.insertInto('house.retention').values(row).execute(),
      update: (row) => kysely.updateTable('house.retention').set(row).execute(),
      remove: () => Promise.resolve(),
    },
  )
}
