import { z } from 'zod'
import { formatPrefix, parseAddress, parsePrefix } from '#core/ip.ts'
import { isPasswordHash } from '#core/password.ts'
import { portBlockProblem } from '#core/port-block.ts'
import { SIGNING_RULES } from '../gateways.ts'
import { DEFAULT_ZONE } from '../organisation.ts'
import { alertsSchema, hoursSchema } from './alerts-schema.ts'
import { LIST_KEY_ALGORITHMS } from '../list-keys.ts'
import { captiveNetworkSchema, captiveProblem } from './captive-network.ts'
import { deviceCaSchema } from './device-cas.ts'
import { deviceKeySchema } from './device-keys.ts'
import { directorySchema } from './directories.ts'
import { enrolmentSchema } from './enrolment.ts'
import { inventorySchema } from './inventory.ts'
import { formerSecretSchema } from './gateway-secret.ts'
import {
  associationFilterSchema,
  filterDevicesSchema,
  networkFilterSchema,
  organisationFilterSchema,
  siteFilterSchema,
} from './filters-schema.ts'
import { managedSchema } from './managed.ts'
import { policySchema } from './policies.ts'
import { homeServerSchema, realmSchema } from './proxying-schema.ts'
import { kindKeys, kindSchema, withSettings } from './gateway-settings.ts'
import { roleSchema } from './roles.ts'
import { retentionSchema } from './retention.ts'
import { authoritySchema, coaSchema, radsecSchema, vendorSchema } from './radsec.ts'
import { accessibilitySchema, privacySchema } from './guest-pages.ts'
import { sealingSchema } from './sealing.ts'
import { signInSchema } from './sign-in.ts'
import { domain, duration, ssid } from './values.ts'

const line = z
  .string()
  .trim()
  .min(1, 'is empty')
  .max(200, 'is longer than 200 characters')
  .refine((text) => !/\p{Cc}/u.test(text), 'has a control character in it')

const code = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, dots, dashes')

const prefix = z.string().transform((text, context) => {
  const parsed = parsePrefix(text)
  if (parsed !== null) return formatPrefix(parsed)
  context.addIssue(`"${text}" is not an address or a prefix such as 192.0.2.0/24`)
  return z.NEVER
})

const date = z.iso.date('is not a date such as 2026-01-01')

const timezone = z.string().refine((name) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== ''
  } catch {
    return false
  }
}, 'is not a time zone such as Europe/Paris')

const kind = z.enum(['guest', 'staff'], 'must be guest or staff')

const DAY_MS = 86_400_000
const DEFAULT_GRANT_SECONDS = 30 * 86_400

const ports = z.string().transform((text, context) => {
  const [first = 0, last = 0] = (/^(\d{1,5})-(\d{1,5})$/.exec(text)?.slice(1) ?? []).map(Number)
  if (first >= 1 && first <= last && last <= 65_535) return { first, last }
  context.addIssue(`"${text}" is not a range of ports such as 1024-65535`)
  return z.NEVER
})

const sourceNat = z
  .strictObject({
    address: z
      .string()
      .refine((text) => parseAddress(text)?.length === 4, 'is not an IPv4 address')
      .optional(),
    ports,
    each: z.int().min(1).max(65_535),
  })
  .transform(({ address = null, ports, each }) => ({
    ...{ address, firstPort: ports.first, lastPort: ports.last },
    portsEach: each,
  }))

const network = z
  .strictObject({
    subnets: z.array(prefix),
    vlan: z.int().min(1).max(4094).optional(),
    grant: duration.default(DEFAULT_GRANT_SECONDS),
    nat: sourceNat.optional(),
    ssid: ssid.optional(),
    captive: captiveNetworkSchema.optional(),
    filter: networkFilterSchema.optional(),
    devices: filterDevicesSchema,
  })
  .superRefine(({ nat, subnets }, context) => {
    const problem = nat === undefined ? null : portBlockProblem(nat, subnets)
    if (problem !== null)
      context.addIssue({ code: 'custom', path: ['nat', 'each'], message: problem })
  })

export const DEFAULT_MESSAGE_AUTHENTICATOR = 'required'

const gateway = z
  .strictObject({
    name: code,
    address: prefix.optional(),
    secret: z.string().min(6, 'has fewer than 6 characters').max(128),
    former_secret: formerSecretSchema,
    vendor: vendorSchema,
    kind: kindSchema,
    fas: z
      .strictObject({
        level: z
          .int()
          .min(0, 'is from 0 to 4')
          .max(4, 'is from 0 to 4')
          .refine(
            (level) => level !== 0,
            '0 names no device that an acceptance could be of: use 1 or higher',
          ),
        key: z.string().min(6, 'has fewer than 6 characters').max(128),
      })
      .optional(),
    ...kindKeys,
    radsec: radsecSchema.optional(),
    coa: coaSchema.optional(),
    message_authenticator: z
      .enum(SIGNING_RULES, `must be one of ${SIGNING_RULES.join(', ')}`)
      .default(DEFAULT_MESSAGE_AUTHENTICATOR),
  })
  .refine((value) => value.address !== undefined || value.radsec !== undefined, {
    path: ['address'],
    error: 'is missing: a gateway is known by its address, or by radsec',
  })
  .refine(({ vendor, coa }) => (vendor ?? coa?.vendor) === (coa?.vendor ?? vendor), {
    path: ['coa', 'vendor'],
    error: 'is another than vendor: leave it out here',
  })
  .refine((value) => (value.kind === 'opennds') === (value.fas !== undefined), {
    path: ['fas'],
    error: 'a gateway of kind opennds needs fas: { level: 1, key: … }, any other must not have it',
  })
  .refine((value) => value.captive === undefined || value.coa !== undefined, {
    path: ['coa'],
    error: 'is missing: a device that accepted is asked again by it',
  })
  .transform(withSettings)

const site = z
  .strictObject({
    code,
    name: line,
    association: code,
    timezone: timezone.default(DEFAULT_ZONE),
    address: z
      .string()
      .regex(/^\P{Cc}{1,300}$/u, 'is not an address in one line of at most 300 letters')
      .optional(),
    managed: managedSchema,
    opening: hoursSchema.optional(),
    filter: siteFilterSchema.optional(),
    networks: z.strictObject({ guest: network.optional(), staff: network.optional() }).default({}),
    gateways: z.array(gateway).default([]),
  })
  .superRefine((place, context) => {
    const problem = captiveProblem(place)
    if (problem !== null) context.addIssue({ code: 'custom', ...problem })
  })

const terms = z.strictObject({
  version: code,
  effective: date,
  text: z
    .record(z.string().regex(/^[a-z]{2,3}$/, 'must be a language code such as fr'), z.string())
    .refine((text) => Object.keys(text).length > 0, 'has no language in it'),
})

const ZONE_URL = /^rpz\+axfr:\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?\/[a-z0-9._-]+$/i

/** The key of a zone transfer, its secret as `tsig-keygen` prints it. */
const tsig = z.strictObject({
  name: domain,
  algorithm: z
    .enum(LIST_KEY_ALGORITHMS, `must be one of ${LIST_KEY_ALGORITHMS.join(', ')}`)
    .default('hmac-sha256'),
  secret: z
    .base64('is not base64')
    .refine(
      (text) => Buffer.from(text, 'base64').length >= 16 && text.length <= 256,
      'has fewer than 16 bytes, or more than 256 letters',
    )
    .transform((text) => Buffer.from(text, 'base64').toString('base64')),
})

const list = z
  .strictObject({
    name: code,
    category: code,
    file: z.string().min(1).optional(),
    url: z
      .url({
        protocol: /^(https?|rpz\+axfr)$/,
        error: 'is not an https://, http:// or rpz+axfr:// address',
      })
      .max(2000, 'is longer than 2000 characters')
      .refine(
        (text) => !text.startsWith('rpz+axfr:') || ZONE_URL.test(text),
        'is not rpz+axfr://HOST:PORT/ZONE',
      )
      .optional(),
    tsig: tsig.optional(),
    /** Of an archive: the folder in which the list is. */
    folder: code.optional(),
    allow_private: z.boolean().default(false),
    block: z.array(kind).min(1, 'names no network').default(['guest', 'staff']),
    managed: managedSchema,
  })
  .refine(({ file, url }) => (file === undefined) !== (url === undefined), {
    path: ['file'],
    error: 'a list has either file or url',
  })
  .refine(
    ({ url, folder, allow_private }) =>
      url !== undefined || (folder === undefined && !allow_private),
    {
      path: ['url'],
      error: 'is missing: folder and allow_private are for a list that is fetched',
    },
  )

  .refine(({ url, tsig: key }) => key === undefined || url?.startsWith('rpz+axfr:') === true, {
    path: ['tsig'],
    error: 'is for a list at rpz+axfr://',
  })

/** A day is meant until its end, in UTC. */
const ruleEnd = z.string().transform((text, context) => {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text)
  const at = z.iso.datetime({ offset: true }).safeParse(day ? `${text}T00:00:00Z` : text)
  const time = at.success ? Date.parse(at.data) : Number.NaN
  if (!Number.isNaN(time)) return new Date(day ? time + DAY_MS : time).toISOString()
  context.addIssue(`"${text}" is not a date such as 2026-12-31, or 2026-12-31T18:00:00+01:00`)
  return z.NEVER
})

const rule = z
  .strictObject({
    action: z.enum(['block', 'allow'], 'must be block or allow'),
    domain,
    network: kind.optional(),
    site: code.optional(),
    association: code.optional(),
    until: ruleEnd.optional(),
    note: line.optional(),
    managed: managedSchema,
  })
  .refine((value) => value.site === undefined || value.association === undefined, {
    path: ['site'],
    error: 'a rule is for a site or for an association, not for both',
  })

const legalBasis = z
  .strictObject({
    id: code,
    text: z.string().trim().min(1, 'is empty').max(1000, 'is longer than 1000 characters'),
    network: kind.optional(),
    from: date,
    until: date.optional(),
  })
  .refine(({ from, until }) => until === undefined || from <= until, {
    path: ['until'],
    error: 'is before from',
  })

const account = z
  .strictObject({
    username: line.transform((text) => text.toLowerCase()),
    password: z.union(
      [
        z.string().min(1, 'is empty').max(128),
        z.strictObject({
          argon2id: z.string().refine(isPasswordHash, 'is not a hash such as $argon2id$v=19$…'),
          nt: z
            .string()
            .regex(/^[0-9a-f]{32}$/, 'is not an NT hash')
            .optional(),
        }),
      ],
      'must be a password of 1 to 128 characters, in quotes, or { argon2id: … }',
    ),
    groups: z.array(line).default([]),
    /** Keeps what MS-CHAPv2 needs beside the hash that only checks a password. */
    mschap: z.boolean().default(false),
  })
  .refine(
    ({ password, mschap }) =>
      typeof password === 'string' || mschap === (password.nt !== undefined),
    {
      path: ['password', 'nt'],
      error: 'goes with mschap: true, and is needed there',
    },
  )

/** The format of `apply`, version 1. */
export const declarationSchema = z.strictObject({
  version: z.literal(1, 'must be 1'),
  organisation: z
    .strictObject({
      name: line,
      contact: line,
      colour: z
        .string()
        .regex(/^#[0-9a-fA-F]{6}$/, 'must be a colour such as "#c8105a", in quotes')
        .transform((text) => text.toLowerCase())
        .default('#c8105a'),
      timezone: timezone.default(DEFAULT_ZONE),
      logo: z.string().optional(),
      privacy: privacySchema.default({}),
      accessibility: accessibilitySchema.default({ not_accessible: [] }),
      filter: organisationFilterSchema.optional(),
    })
    .optional(),
  associations: z
    .array(z.strictObject({ code, name: line, filter: associationFilterSchema.optional() }))
    .optional(),
  authorities: z.array(authoritySchema).optional(),
  sites: z.array(site).optional(),
  terms: z.array(terms).optional(),
  legal: z.array(legalBasis).optional(),
  lists: z.array(list).optional(),
  rules: z.array(rule).optional(),
  policies: z.array(policySchema).max(1000, 'has more than 1000').optional(),
  accounts: z.array(account).optional(),
  directories: z.array(directorySchema).max(256).optional(),
  home_servers: z.array(homeServerSchema).max(64, 'has more than 64').optional(),
  realms: z.array(realmSchema).max(4096, 'has more than 4096').optional(),
  device_ca: z.array(deviceCaSchema).max(16, 'has more than 16').optional(),
  device_keys: z.array(deviceKeySchema).max(100_000, 'has more than 100,000').optional(),
  enrolment: enrolmentSchema.optional(),
  sealing: sealingSchema.optional(),
  retention: retentionSchema.optional(),
  alerts: alertsSchema.optional(),
  roles: z.array(roleSchema).max(5000, 'has more than 5000').optional(),
  sign_in: signInSchema.optional(),
  inventory: inventorySchema.optional(),
})

export type FileDeclaration = z.output<typeof declarationSchema>
