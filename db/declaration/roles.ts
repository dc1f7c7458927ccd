import { z } from 'zod'
import { APART, LOCAL_ROLES, ROLES } from '#core/rights.ts'
import type { Role } from '#core/rights.ts'
import { isDeclared, managedSchema } from './managed.ts'
import type { Declaration } from './read.ts'
import { NO_STEP, byKey, stepOf } from './step.ts'
import type { Step, StepContext } from './step.ts'

const subject = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^(?:group|person):[^\p{Cc}]{1,200}$/u, 'must be group:NAME or person:ACCOUNT')

const codes = z.array(z.string().min(1).max(64)).min(1, 'names none: leave it out').max(2500)

/** `{ subject: "group:it-paris", role: association-admin, associations: ["75"] }` */
export const roleSchema = z
  .strictObject({
    subject,
    role: z.enum(ROLES, `must be one of ${ROLES.join(', ')}`),
    associations: codes.optional(),
    sites: codes.optional(),
    until: z.iso.date('is not a date such as 2026-01-01').optional(),
    managed: managedSchema,
  })
  .refine(
    ({ role, associations, sites }) =>
      !LOCAL_ROLES.includes(role) || associations !== undefined || sites !== undefined,
    { path: ['role'], error: 'needs associations or sites: it is never for the whole house' },
  )

export type DeclaredRole = z.output<typeof roleSchema>

interface RoleRow {
  readonly [column: string]: string | boolean | null | string[]
  readonly subject: string
  readonly role: Role
  readonly associations: string[] | null
  readonly sites: string[] | null
  readonly until: string | null
  readonly declared: boolean
}

/** The declared roles, complete; those that a page has given are not the files' and stay. */
export async function roleStep(context: StepContext): Promise<Step> {
  const { kysely, declaration, actor, problems } = context
  if (declaration.roles === undefined) return NO_STEP
  const rows = await kysely
    .selectFrom('house.role_grant')
    .select(['subject', 'role', 'associations', 'sites', 'declared'])
    .select((eb) => eb.cast<string | null>('until', 'text').as('until'))
    .execute()
  const desired = declaration.roles.map(rowOf)
  await tellUnknownPlaces(context)
  const at = ({ subject, role }: RoleRow): string => `${subject} ${role}`
  const made = byKey(
    rows.filter(({ declared }) => !declared),
    at,
  )
  tellBoth([...made.values(), ...desired], declaration, problems)
  // What a page has given and the files now say too, is the files' from now on.
  const present = byKey<RoleRow>(
    rows.filter((row) => row.declared || desired.some((wanted) => at(wanted) === at(row))),
    at,
  )
  const step = stepOf<RoleRow>(
    { what: 'role', present, desired: byKey(desired, at), complete: true },
    {
      insert: (row) =>
        kysely
          .insertInto('house.role_grant')
          .values({ ...row, made_by: actor })
          .execute(),
      update: (row) =>
        kysely
          .updateTable('house.role_grant')
          .set({ ...row, made_by: actor })
          .where('subject', '=', row.subject)
          .where('role', '=', row.role)
          .execute(),
      remove: ({ subject, role }) =>
        kysely
          .deleteFrom('house.role_grant')
          .where('subject', '=', subject)
          .where('role', '=', role)
          .execute(),
    },
  )
  // Taken away first: who read the log may be the one who approves from now on.
  return {
    changes: step.changes,
    async write() {
      await step.remove()
      await step.write()
    },
    remove: () => Promise.resolve(),
  }
}

function rowOf(grant: DeclaredRole): RoleRow {
  const { subject, role, associations, sites, until } = grant
  return {
    ...{ subject, role, declared: isDeclared(grant), until: until ?? null },
    associations: associations === undefined ? null : [...new Set(associations)].toSorted(),
    sites: sites === undefined ? null : [...new Set(sites)].toSorted(),
  }
}

/** A pack of the log takes two people: nobody is given both parts. */
function tellBoth(
  rows: readonly Pick<RoleRow, 'subject' | 'role'>[],
  { roles, origins }: Declaration,
  problems: string[],
): void {
  const [reader, approver] = APART
  const readers = new Set(rows.filter(({ role }) => role === reader).map((row) => row.subject))
  for (const row of rows) {
    if (row.role !== approver || !readers.has(row.subject)) continue
    const declared = roles?.findLast(
      ({ subject, role }) => subject === row.subject && APART.includes(role),
    )
    problems.push(
      `${declared === undefined ? 'roles' : origins.get(declared)} gives ${row.subject} both ${reader} and ${approver}: a pack of the log takes two people`,
    )
  }
}

async function tellUnknownPlaces({ kysely, declaration, problems }: StepContext): Promise<void> {
  const sites = await kysely.selectFrom('house.site').select('code').execute()
  const associations = await kysely.selectFrom('house.association').select('code').execute()
  const known = {
    sites: new Set([...sites, ...(declaration.sites ?? [])].map(({ code }) => code)),
    associations: new Set(
      [...associations, ...(declaration.associations ?? [])].map(({ code }) => code),
    ),
  }
  for (const grant of declaration.roles ?? []) {
    for (const scope of ['sites', 'associations'] as const) {
      for (const code of grant[scope] ?? []) {
        if (known[scope].has(code)) continue
        problems.push(`${declaration.origins.get(grant)}.${scope} "${code}" is not declared`)
      }
    }
  }
}
