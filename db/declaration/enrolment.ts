import { z } from 'zod'
import type { StepContext, Step } from './step.ts'
import { NO_STEP, byKey, stepOf } from './step.ts'
import { ssid } from './values.ts'

const SHORTEST_DAYS = 30
/** Apple refuses more than 825 days. */
const LONGEST_DAYS = 825
const DEFAULT_DAYS = 395
const MOST_SSIDS = 8

const realm = z
  .string()
  .trim()
  .toLowerCase()
  .regex(
    /^(?=.{3,253}$)([a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}$/,
    'is not a realm such as restos.example',
  )

const days = z.string().transform((text, context) => {
  const count = Number(/^(\d{1,3})d$/.exec(text)?.[1] ?? 0)
  if (count >= SHORTEST_DAYS && count <= LONGEST_DAYS) return count
  context.addIssue(`"${text}" is not a length of time from ${SHORTEST_DAYS}d to ${LONGEST_DAYS}d`)
  return z.NEVER
})

/** `enrolment: { realm: restos.example, ssids: [Restos], valid: 395d, passwords: true, things: Tables-Things, reminders: desk }` */
export const enrolmentSchema = z.strictObject({
  realm: realm.optional(),
  ssids: z.array(ssid).max(MOST_SSIDS, `has more than ${MOST_SSIDS}`).default([]),
  valid: days.default(DEFAULT_DAYS),
  passwords: z.boolean().default(true),
  things: ssid.optional(),
  reminders: z.string().optional(),
})

/** What devices of staff are told when they enrol themselves. */
export async function enrolmentStep(context: StepContext): Promise<Step> {
  const { kysely, declaration } = context
  await tellReminders(context)
  if (declaration.enrolment === undefined) return NO_STEP
  const { realm = null, ssids, valid, passwords, things = null } = declaration.enrolment
  const { reminders = null } = declaration.enrolment
  const present = await kysely
    .selectFrom('house.enrolment')
    .select(['realm', 'ssids', 'days', 'passwords', 'things', 'reminders'])
    .execute()
  return stepOf(
    {
      what: 'enrolment',
      present: byKey(present, () => ''),
      desired: byKey(
        [{ realm, ssids: [...ssids], days: valid, passwords, things, reminders }],
        () => '',
      ),
      complete: false,
    },
    {
      insert: (row) => kysely.insertInto('house.enrolment').values(row).execute(),
      update: (row) => kysely.updateTable('house.enrolment').set(row).execute(),
      remove: () => Promise.resolve(),
    },
  )
}

/** The channel must be there, declared now or before, and be a mail server. */
async function tellReminders({ kysely, declaration, problems }: StepContext): Promise<void> {
  const { enrolment, alerts } = declaration
  if (enrolment === undefined && alerts === undefined) return
  const [present] = await kysely.selectFrom('house.enrolment').select('reminders').execute()
  const name = enrolment === undefined ? present?.reminders : enrolment.reminders
  if (name === undefined || name === null) return
  const channels =
    alerts?.channels ??
    (await kysely.selectFrom('house.alert_channel').select(['name', 'kind']).execute())
  if (channels.some((channel) => channel.name === name && channel.kind === 'mail')) return
  problems.push(
    `enrolment.reminders "${name}" is not a channel of alerts of kind mail: declare it under alerts.channels, or leave reminders out`,
  )
}
