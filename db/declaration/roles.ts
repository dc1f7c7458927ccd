import { sql } from 'kysely'
import { z } from 'zod'
import { APART, LOCAL_ROLES, ROLES } from '#core/rights.ts'
import type { Role } from '#core/rights.ts'
import { givenRoleKey, isDeclared, managedSchema } from './managed.ts'
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
  const desired = byKey(declaration.roles.map(rowOf), roleKey)
  await tellUnknownPlaces(context)
  // What a page has given and the files now say too, is the files' from now on.
  const declared = byKey<RoleRow>(
    rows.filter((row) => row.declared),
    roleKey,
  )
  const takenOver = rows.filter((row) => {
    const key = `${row.subject} ${row.role}`
    const wanted = desired.get(key)
    return !row.declared && wanted !== undefined && !declared.has(key) && isSamePlace(row, wanted)
  })
  const present = new Map<string, RoleRow>([
    ...declared,
    ...takenOver.map((row) => [`${row.subject} ${row.role}`, row] as const),
  ])
  const staying = rows.filter((row) => !row.declared && !takenOver.includes(row))
  tellBoth([...staying, ...desired.values()], declaration, problems)
  await tellNobody(context, rows, [...staying, ...desired.values()])
  const step = stepOf<RoleRow>(
    { what: 'role', present, desired, complete: true },
    {
      insert: (row) =>
        kysely
          .insertInto('house.role_grant')
          .values({ ...row, made_by: actor })
          .execute(),
      update: async (row) => {
        const was = present.get(roleKey(row))
        await kysely
          .updateTable('house.role_grant')
          .set({ ...row, made_by: actor })
          .where('subject', '=', row.subject)
          .where('role', '=', row.role)
          .where('declared', '=', was?.declared ?? true)
          .where(
            sql<boolean>`associations is not distinct from ${was?.associations ?? null}::text[]`,
          )
          .where(sql<boolean>`sites is not distinct from ${was?.sites ?? null}::text[]`)
          .execute()
      },
      remove: ({ subject, role }) =>
        kysely
          .deleteFrom('house.role_grant')
          .where('subject', '=', subject)
          .where('role', '=', role)
          .where('declared', '=', true)
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

/** The files say a role of somebody once; pages give the same role in several places. */
function roleKey(row: RoleRow): string {
  return row.declared ? `${row.subject} ${row.role}` : givenRoleKey(row)
}

function isSamePlace(
  a: Pick<RoleRow, 'associations' | 'sites'>,
  b: Pick<RoleRow, 'associations' | 'sites'>,
): boolean {
  return JSON.stringify([a.associations, a.sites]) === JSON.stringify([b.associations, b.sites])
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

/** What the database would refuse at the end, said before and by its place in the file. */
async function tellNobody(
  { kysely, problems, now }: StepContext,
  before: readonly RoleRow[],
  after: readonly RoleRow[],
): Promise<void> {
  const today = new Date(now).toISOString().slice(0, 10)
  const inForce = (rows: readonly RoleRow[]): readonly RoleRow[] =>
    rows.filter(({ until }) => until === null || until >= today)
  const national = (rows: readonly RoleRow[]): readonly RoleRow[] =>
    inForce(rows).filter(
      ({ role, associations, sites }) =>
        role === 'national-admin' && associations === null && sites === null,
    )
  const longest = (rows: readonly RoleRow[]): boolean =>
    national(rows).some(({ until }) => until === null)
  if (
    (national(before).length > 0 && national(after).length === 0) ||
    (longest(before) && !longest(after))
  ) {
    problems.push(
      'roles would leave nobody who administers the whole house: keep a national-admin without associations, sites and until',
    )
  }
  const subjects = (of: Role): string[] =>
    inForce(after)
      .filter(({ role }) => role === of)
      .map(({ subject }) => subject)
  const [reader, approver] = APART
  const { rows } = await sql<{ who: string }>`
    select b as who from house.with_both_halves(${subjects(reader)}::text[], ${subjects(approver)}::text[]) b
    where not (b = any(${subjects(reader)}::text[]) and b = any(${subjects(approver)}::text[]))`.execute(
    kysely,
  )
  for (const { who } of rows) {
    problems.push(
      `roles would make of ${who}, by the groups that we know, both a ${reader} and a ${approver}: a pack of the log takes two people`,
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
