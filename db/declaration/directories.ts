import { X509Certificate } from 'node:crypto'
import { z } from 'zod'
import { isLoopbackUrl, realmOfBaseDn } from '#core/ldap/directory-settings.ts'
import { userFilterProblem } from '#core/ldap/filter.ts'
import { openSecret } from '../gateways.ts'
import type { StepContext, Step } from './step.ts'
import { NO_STEP, byKey, stepOf } from './step.ts'
import { line as text } from './values.ts'

const DEFAULT_LAST_GOOD_SECONDS = 8 * 3600
const LONGEST_LAST_GOOD_SECONDS = 24 * 3600
const MOST_SERVERS = 8

const dn = text.refine(
  (value) => /^[^=,]+=/.test(value),
  'is not a name such as dc=restos,dc=example',
)

const attribute = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, 'is not the name of an attribute')

const url = z.string().transform((value, context) => {
  const parsed = URL.canParse(value) ? new URL(value) : null
  const isLdap = parsed?.protocol === 'ldap:' || parsed?.protocol === 'ldaps:'
  const isBare = parsed?.username === '' && parsed.search === '' && /^\/?$/.test(parsed.pathname)
  if (parsed !== null && isLdap && isBare && parsed.hostname !== '') {
    return `${parsed.protocol}//${parsed.host}`
  }
  context.addIssue(`"${value}" is not an address such as ldaps://ldap.restos.example`)
  return z.NEVER
})

const realm = z
  .string()
  .regex(/^[^\s@\\]{0,253}$/, 'is not a realm such as restos.example, or "" for names without one')
  .transform((value) => value.toLowerCase().replace(/\.$/, ''))

const userFilter = text.superRefine((value, context) => {
  const problem = userFilterProblem(value)
  if (problem !== null) context.addIssue(problem)
})

const lastGood = z.string().transform((value, context) => {
  if (value === '0') return 0
  const match = /^(\d{1,4})([mh])$/.exec(value)
  const seconds = Number(match?.[1] ?? 0) * (match?.[2] === 'h' ? 3600 : 60)
  if (seconds > 0 && seconds <= LONGEST_LAST_GOOD_SECONDS) return seconds
  context.addIssue(`"${value}" is not a length of time such as 30m or 8h, a day at most, or "0"`)
  return z.NEVER
})

const PLAIN_LDAP =
  'would send passwords over the network in clear: use ldaps://, or leave start_tls out'

/** One of `directories`. */
export const directorySchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, dots, dashes'),
    url: z
      .union([url, z.array(url).min(1, 'names no server').max(MOST_SERVERS)], {
        error: 'must be an address such as ldaps://ldap.restos.example, or a list of them',
      })
      .transform((value) => (typeof value === 'string' ? [value] : value)),
    start_tls: z.boolean().optional(),
    ca: z.string().min(1, 'is empty').optional(),
    base_dn: dn,
    bind_dn: text,
    bind_password: z.string().min(1, 'is empty').max(256, 'is longer than 256 characters'),
    kind: z
      .enum(['openldap', 'active-directory'], 'must be openldap or active-directory')
      .optional(),
    realms: z.array(realm).min(1, 'names no realm').max(64).optional(),
    users: userFilter.optional(),
    groups: z
      .strictObject({
        base_dn: dn.optional(),
        from: z.enum(['members', 'memberOf'], 'must be members or memberOf').default('members'),
        nested: z.boolean().default(true),
      })
      .prefault({}),
    last_good: lastGood.default(DEFAULT_LAST_GOOD_SECONDS),
    nt_hash: attribute.optional(),
  })
  .transform((value) => ({
    ...value,
    start_tls: value.start_tls ?? !value.url.every(isLoopbackUrl),
    realms: value.realms ?? defaultRealms(value.base_dn),
  }))
  .refine(
    ({ url: urls, start_tls: startTls }) =>
      startTls || urls.every((one) => one.startsWith('ldaps:') || isLoopbackUrl(one)),
    { path: ['start_tls'], error: PLAIN_LDAP },
  )

export type FileDirectory = z.output<typeof directorySchema>
/** `ca` holds the PEM itself. */
export type DeclaredDirectory = Omit<FileDirectory, 'ca'> & { readonly ca: string | null }

function defaultRealms(baseDn: string): string[] {
  const realm = realmOfBaseDn(baseDn)
  return realm === null ? [''] : [realm, '']
}

/** Null where each block is a certificate. */
export function caProblem(pem: string): string | null {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  if (blocks.length === 0) return 'which has no certificate in PEM in it'
  try {
    for (const block of blocks) new X509Certificate(block)
    return null
  } catch {
    return 'in which a certificate cannot be read'
  }
}

/** A name must lead to one directory and no other. */
export function tellSharedRealms(
  directories: readonly DeclaredDirectory[],
  origins: ReadonlyMap<object, string>,
  problems: string[],
): void {
  const holder = new Map<string, string>()
  for (const directory of directories) {
    for (const realm of new Set(directory.realms)) {
      const other = holder.get(realm)
      holder.set(realm, directory.name)
      if (other === undefined || other === directory.name) continue
      problems.push(
        `${origins.get(directory)}.realms has "${realm}", which belongs to the directory "${other}" already`,
      )
    }
  }
}

/** The directories, complete: one that is no longer declared is asked no more. */
export async function directoryStep({ kysely, declaration, seal }: StepContext): Promise<Step> {
  if (declaration.directories === undefined) return NO_STEP
  const rows = await kysely.selectFrom('staff.directory').selectAll().execute()
  const present = rows.map((row) => ({
    ...row,
    bind_password: openSecret(seal, row.bind_password, `directory:${row.name}`),
  }))
  const desired: typeof rows = declaration.directories.map((declared) => ({
    name: declared.name,
    urls: declared.url,
    start_tls: declared.start_tls,
    ca_pem: declared.ca,
    base_dn: declared.base_dn,
    bind_dn: declared.bind_dn,
    bind_password: declared.bind_password,
    kind: declared.kind ?? null,
    realms: declared.realms,
    user_filter: declared.users ?? null,
    groups_base_dn: declared.groups.base_dn ?? null,
    groups_from: declared.groups.from,
    groups_nested: declared.groups.nested,
    last_good_seconds: declared.last_good,
    nt_hash_attribute: declared.nt_hash ?? null,
  }))
  const sealed = (row: (typeof rows)[number]): (typeof rows)[number] => ({
    ...row,
    bind_password: seal.seal(row.bind_password, `directory:${row.name}`),
  })
  return stepOf(
    {
      what: 'directory',
      present: byKey(present, ({ name }) => name),
      desired: byKey(desired, ({ name }) => name),
      complete: true,
      hidden: ['bind_password', 'ca_pem'],
    },
    {
      insert: (row) => kysely.insertInto('staff.directory').values(sealed(row)).execute(),
      update: (row) =>
        kysely
          .updateTable('staff.directory')
          .set(sealed(row))
          .where('name', '=', row.name)
          .execute(),
      remove: ({ name }) => kysely.deleteFrom('staff.directory').where('name', '=', name).execute(),
    },
  )
}
