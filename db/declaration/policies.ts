import { z } from 'zod'
import { WEEK_MINUTES, coversSpans, joinSpans, parseWeekHours } from '#core/week-hours.ts'
import type { WeekSpan } from '#core/week-hours.ts'
import { hours } from './values.ts'
import { PROOFS } from '../policies.ts'
import type { PolicyConditions } from '../policies.ts'
import { deviceKind } from './device-cas.ts'
import { NO_STEP, byKey, stepOf } from './step.ts'
import type { Step, StepContext } from './step.ts'

/** What a value of an attribute has room for (RFC 2865 §5), less what some vendors put before it. */
const LONGEST_OCTETS = 230
const LONGEST_SESSION_SECONDS = 31 * 86_400
/** WISPr counts bits in 32 of them. */
const MOST_KBIT = 4_000_000

const octets = z
  .string()
  .trim()
  .min(1, 'is empty')
  .refine(
    (text) => Buffer.byteLength(text) <= LONGEST_OCTETS,
    `has more than ${LONGEST_OCTETS} octets`,
  )
  .refine((text) => !/\p{Cc}/u.test(text), 'has a control character in it')

const code = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'is not a code')

/** Both `x` and `[x, y]`. */
function some<T extends z.ZodType>(item: T, error: string) {
  return z
    .union([item, z.array(item).min(1, 'names nothing').max(256, 'has more than 256')], { error })
    .transform((value) => [...new Set([value].flat())] as z.output<T>[])
    .optional()
    .transform((value) => value ?? [])
}

const session = z.string().transform((text, context) => {
  const [, digits = '', unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? []
  const seconds = Number(digits) * ({ m: 60, h: 3600, d: 86_400 }[unit] ?? 0)
  if (seconds > 0 && seconds <= LONGEST_SESSION_SECONDS) return seconds
  context.addIssue(`"${text}" is not a length of time such as 30m or 8h, 31d at most`)
  return z.NEVER
})

const rate = z.string().transform((text, context) => {
  const [, digits = '', unit = ''] = /^(\d{1,7})([kMG])$/.exec(text) ?? []
  const kbit = Number(digits) * ({ k: 1, M: 1000, G: 1_000_000 }[unit] ?? 0)
  if (kbit > 0 && kbit <= MOST_KBIT) return kbit
  context.addIssue(`"${text}" is not bits a second such as 512k or 20M, 4G at most`)
  return z.NEVER
})

const url = octets.refine(
  (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
  'is not an address such as https://wifi.example/help',
)

const when = z
  .strictObject({
    network: z.enum(['guest', 'staff'], 'must be guest or staff').optional(),
    groups: some(
      octets.transform((text) => text.toLowerCase()),
      'must be the name of a group, or a list of them',
    ),
    associations: some(code, 'must be the code of an association, in quotes, or a list of them'),
    sites: some(code, 'must be the code of a place, in quotes, or a list of them'),
    hours: some(hours, 'must be hours such as "mon-fri 08:00-20:00", or a list of them'),
    by: some(z.enum(PROOFS), `must be one of ${PROOFS.join(', ')}, or a list of them`),
    devices: some(
      deviceKind,
      'must be a kind such as laptop, phone, till or printer, or a list of them',
    ),
  })
  .refine(({ associations, sites }) => associations.length === 0 || sites.length === 0, {
    path: ['sites'],
    error: 'cannot stand beside associations: a policy is for places or for associations',
  })
  .refine(({ network, groups }) => network !== 'guest' || groups.length === 0, {
    path: ['groups'],
    error: 'are of staff: a guest has none, so this would fit nobody',
  })

const give = z.strictObject({
  vlan: z.int().min(1).max(4094).optional(),
  session: session.optional(),
  down: rate.optional(),
  up: rate.optional(),
  filter: octets.optional(),
  redirect: url.optional(),
})

/** One of `policies`: whom it is for, and what they get, or that they are refused. */
export const policySchema = z
  .strictObject({
    name: code,
    when: when.prefault({}),
    give: give.optional(),
    refuse: octets.optional(),
  })
  .refine((value) => (value.give === undefined) !== (value.refuse === undefined), {
    error: 'must have either give, which may be {}, or refuse with a sentence',
  })

export type DeclaredPolicy = z.output<typeof policySchema>

/** The table, complete: its order is its meaning. */
export async function policyStep(context: StepContext): Promise<Step> {
  const { kysely, declaration } = context
  if (declaration.policies === undefined) return NO_STEP
  await tellUnreached(context, declaration.policies)
  const present = await kysely.selectFrom('house.policy').selectAll().execute()
  const desired = declaration.policies.map((policy, position) => rowOf(policy, position))
  return stepOf(
    {
      what: 'policy',
      present: byKey(present, ({ name }) => name),
      desired: byKey(desired, ({ name }) => name),
      complete: true,
    },
    {
      insert: (row) => kysely.insertInto('house.policy').values(row).execute(),
      update: (row) =>
        kysely.updateTable('house.policy').set(row).where('name', '=', row.name).execute(),
      remove: ({ name }) => kysely.deleteFrom('house.policy').where('name', '=', name).execute(),
    },
  )
}

function rowOf({ name, when: conditions, give: gift = {}, refuse }: DeclaredPolicy, at: number) {
  return {
    name,
    position: at + 1,
    network: conditions.network ?? null,
    groups: conditions.groups,
    associations: conditions.associations,
    sites: conditions.sites,
    hours: conditions.hours,
    proofs: conditions.by,
    devices: conditions.devices,
    vlan: gift.vlan ?? null,
    session_seconds: gift.session ?? null,
    down_kbit: gift.down ?? null,
    up_kbit: gift.up ?? null,
    filter: gift.filter ?? null,
    redirect: gift.redirect ?? null,
    refusal: refuse ?? null,
  }
}

/** Those that name what there is not, and those that an earlier one leaves nobody. */
async function tellUnreached(
  { kysely, declaration, problems }: StepContext,
  policies: readonly DeclaredPolicy[],
): Promise<void> {
  const associationOf = new Map<string, string>()
  const stored = await kysely.selectFrom('house.site').select(['code', 'association']).execute()
  for (const site of [...stored, ...(declaration.sites ?? [])]) {
    associationOf.set(site.code, site.association)
  }
  const associations = new Set(
    [
      ...(await kysely.selectFrom('house.association').select('code').execute()),
      ...(declaration.associations ?? []),
    ].map((association) => association.code),
  )
  const taken = policies.map((policy) => ({ policy, conditions: conditionsOf(policy) }))
  for (const [i, { policy, conditions }] of taken.entries()) {
    const where = declaration.origins.get(policy)
    for (const site of conditions.sites) {
      if (!associationOf.has(site)) problems.push(`${where}.when.sites "${site}" is not declared`)
    }
    for (const association of conditions.associations) {
      if (associations.has(association)) continue
      problems.push(`${where}.when.associations "${association}" is not declared`)
    }
    const before = taken
      .slice(0, i)
      .find((earlier) => coversConditions(earlier.conditions, conditions, associationOf))
    if (before === undefined) continue
    problems.push(
      `${where} "${policy.name}" is never reached: "${before.policy.name}" at ${declaration.origins.get(before.policy)} decides for all whom it fits`,
    )
  }
}

function conditionsOf({ when: { network, by, ...rest } }: DeclaredPolicy): PolicyConditions {
  return { ...rest, network: network ?? null, proofs: by }
}

/** Whether whoever fits `part` fits `whole` too. */
function coversConditions(
  whole: PolicyConditions,
  part: PolicyConditions,
  associationOf: ReadonlyMap<string, string>,
): boolean {
  return (
    (whole.network === null || whole.network === part.network) &&
    covers(whole.groups, part.groups) &&
    covers(whole.proofs, part.proofs) &&
    covers(whole.devices, part.devices) &&
    coversPlaces(whole, part, associationOf) &&
    coversSpans(spansOf(whole.hours), spansOf(part.hours))
  )
}

/** An empty list is everything. */
function covers(whole: readonly string[], part: readonly string[]): boolean {
  if (whole.length === 0) return true
  return part.length > 0 && part.every((one) => whole.includes(one))
}

function coversPlaces(
  whole: PolicyConditions,
  part: PolicyConditions,
  associationOf: ReadonlyMap<string, string>,
): boolean {
  if (whole.sites.length > 0) return covers(whole.sites, part.sites)
  if (whole.associations.length === 0) return true
  if (part.sites.length === 0) return covers(whole.associations, part.associations)
  return part.sites.every((site) => whole.associations.includes(associationOf.get(site) ?? ''))
}

function spansOf(texts: readonly string[]): readonly WeekSpan[] {
  if (texts.length === 0) return [{ from: 0, to: WEEK_MINUTES }]
  return joinSpans(texts.flatMap((text) => parseWeekHours(text) ?? []))
}
