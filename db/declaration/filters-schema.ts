import { z } from 'zod'
import { domain, hours } from './values.ts'
import { formatDnsUpstream, parseDnsUpstream } from '#core/dns-upstream.ts'
import { formatAddress, formatPrefix, parseAddress, parsePrefix } from '#core/ip.ts'
import { parseMac } from '#core/mac.ts'
import { SERVICE_NAMES } from '../filter-services.ts'
import { BLOCK_ANSWERS } from '../filters.ts'

const MOST = 256
/** Of one level; each set of hours that holds or not makes a policy of its own. */
const MOST_SCHEDULES = 16
/** Zones with servers of their own; those of the same servers share what is remembered of them. */
const MOST_ZONES = 64

const code = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

const subject = z.string().transform((text, context) => {
  const [kind, name] = text.includes(':') ? text.split(/:(.*)/) : ['category', text]
  if (kind === 'service') {
    if (SERVICE_NAMES.includes(name ?? '')) return text
    context.addIssue(`"${text}" is not a service we know; there are ${SERVICE_NAMES.join(', ')}`)
    return z.NEVER
  }
  if ((kind === 'category' || kind === 'list') && code.test(name ?? '')) return text
  context.addIssue(`"${text}" is not a category, list:NAME or service:NAME`)
  return z.NEVER
})

const prefix = z.string().transform((text, context) => {
  const parsed = parsePrefix(text)
  if (parsed !== null) return formatPrefix(parsed)
  context.addIssue(`"${text}" is not an address or a prefix such as 192.0.2.0/24`)
  return z.NEVER
})

const address = z.string().transform((text, context) => {
  const parsed = parseAddress(text)
  if (parsed !== null) return formatAddress(parsed)
  context.addIssue(`"${text}" is not an address`)
  return z.NEVER
})

const upstream = z.string().transform((text, context) => {
  const parsed = parseDnsUpstream(text)
  if (typeof parsed !== 'string') return formatDnsUpstream(parsed)
  context.addIssue(`"${text}" ${parsed}`)
  return z.NEVER
})

/** What these mean, on every network, is no server's to say (RFC 6761, 8880, 9462). */
const NO_ZONES: ReadonlySet<string> = new Set(['localhost', 'ipv4only.arpa', 'resolver.arpa'])
const zone = domain.refine((name) => !NO_ZONES.has(name), 'is answered here on every network')

/** Both `x` and `[x, y]`, each once. */
function some<T extends z.ZodType>(item: T) {
  return z
    .preprocess(
      (value) => (value === undefined ? [] : [value].flat()),
      z.array(item).max(MOST, `has more than ${MOST}`),
    )
    .transform((value) => [...new Set(value)])
}

const answer = z.enum(BLOCK_ANSWERS, `must be one of ${BLOCK_ANSWERS.join(', ')}`)

/** What holds always, and in certain hours. */
const layer = {
  block: some(subject),
  allow: some(subject),
  trust: some(subject),
  answer: answer.optional(),
  answers: z.record(z.string().regex(code, 'must be a category'), answer).default({}),
  page: some(address),
  safe_search: z.boolean().optional(),
  bypass: z.enum(['closed', 'open'], 'must be closed or open').optional(),
  asked: z.boolean().default(false),
  addresses: some(prefix),
  private_names: some(domain),
}

type Layer = z.output<z.ZodObject<typeof layer>>

const schedules = z
  .array(
    z
      .strictObject({ hours: some(hours), ...layer })
      .refine((value) => value.hours.length > 0, { path: ['hours'], error: 'is missing' }),
  )
  .max(MOST_SCHEDULES, `has more than ${MOST_SCHEDULES}`)
  .default([])

const level = { ...layer, schedules }

/** Allow goes over block where both are said by one level: a block that can never be is a mistake. */
function tellTakenBack(
  value: Layer & { readonly schedules: readonly Layer[] },
  context: z.RefinementCtx,
): void {
  for (const [path, blocked] of [
    [['block'], value.block] as const,
    ...value.schedules.map((one, i) => [['schedules', i, 'block'], one.block] as const),
  ]) {
    const taken = blocked.find((one) => value.allow.includes(one) || value.trust.includes(one))
    if (taken === undefined) continue
    context.addIssue({
      code: 'custom',
      path: [...path],
      message: `names "${taken}", which the same level always allows: it would never be blocked`,
    })
  }
}

const networkLevel = z.strictObject(level).superRefine(tellTakenBack)
const perNetwork = { guest: networkLevel.optional(), staff: networkLevel.optional() }

export const siteFilterSchema = networkLevel
export const networkFilterSchema = networkLevel
export const associationFilterSchema = z
  .strictObject({ ...level, ...perNetwork })
  .superRefine(tellTakenBack)
export const organisationFilterSchema = z
  .strictObject({
    ...level,
    ...perNetwork,
    imposed: some(subject),
    internal: some(domain),
    forward: z
      .record(
        zone,
        some(upstream).refine((servers) => servers.length > 0, 'has no server'),
      )
      .refine((zones) => Object.keys(zones).length <= MOST_ZONES, `has more than ${MOST_ZONES}`)
      .default({}),
    always: some(domain),
  })
  .superRefine(tellTakenBack)

const mac = z.string().transform((text, context): string => {
  const parsed = parseMac(text)
  if (parsed !== null) return parsed
  context.addIssue(`"${text}" is not a MAC address`)
  return z.NEVER
})

/** Of a network: a device with a filter of its own. */
export const filterDevicesSchema = z
  .array(
    z.strictObject({
      name: z.string().regex(code, 'must be 1 to 64 letters, digits, dots, dashes'),
      mac: mac.optional(),
      filter: networkLevel.optional(),
    }),
  )
  .max(MOST, `has more than ${MOST}`)
  .default([])
  .superRefine((devices, context) => {
    for (const key of ['name', 'mac'] as const) {
      const seen = new Set<string>()
      for (const [i, device] of devices.entries()) {
        const value = device[key]
        if (value === undefined) continue
        if (seen.has(value)) {
          context.addIssue({ code: 'custom', path: [i, key], message: `"${value}" is there twice` })
        }
        seen.add(value)
      }
    }
  })

export type DeclaredLevel = z.output<typeof networkLevel>
export type DeclaredOrganisationFilter = z.output<typeof organisationFilterSchema>
export type DeclaredAssociationFilter = z.output<typeof associationFilterSchema>
