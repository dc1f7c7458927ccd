import { domainToASCII } from 'node:url'
import { z } from 'zod'
import { openSecret } from '../gateways.ts'
import { DEFAULT_CLAIMS, DEFAULT_SCOPES, providerContext } from '../sign-in-providers.ts'
import type { StepContext, Step } from './step.ts'
import { NO_STEP, byKey, stepOf } from './step.ts'
import { line as text } from './values.ts'

const MOST_PROVIDERS = 16
const MOST_NAMES = 256

const claim = z.string().regex(/^[^\s\p{Cc}]{1,128}$/u, 'is not the name of a claim')

const scope = z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/, 'is not a scope')

const issuer = z.string().transform((value, context) => {
  const url = URL.canParse(value) ? new URL(value) : null
  const isLocal = url?.hostname === 'localhost' || url?.hostname === '127.0.0.1'
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLocal)
  // The issuer is compared to the letter (OpenID Connect Discovery 1.0 §4.3): it stays as it was written.
  if (isSafe && url?.search === '' && url.hash === '' && url.username === '') return value
  context.addIssue(`"${value}" is not an issuer such as https://sso.restos.example`)
  return z.NEVER
})

const gardenName = z.string().transform((value, context) => {
  const ascii = domainToASCII(value.trim().replace(/^\*\./, '').replace(/\.$/, '')).toLowerCase()
  const labels = ascii.split('.')
  const isName = labels.length > 1 && labels.every((label) => /^[a-z0-9_-]{1,63}$/.test(label))
  if (isName && ascii.length <= 251) return value.trim().startsWith('*.') ? `*.${ascii}` : ascii
  context.addIssue(`"${value}" is not a name such as sso.restos.example or *.restos.example`)
  return z.NEVER
})

const provider = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'must be 1 to 32 small letters, digits and dashes'),
  label: text.max(60, 'is longer than 60 characters').optional(),
  issuer,
  client_id: text,
  client_secret: z
    .string()
    .min(1, 'is empty')
    .max(1024, 'is longer than 1024 characters')
    .optional(),
  scopes: z
    .array(scope)
    .max(32)
    .refine((scopes) => scopes.includes('openid'), 'must have openid among them')
    .default([...DEFAULT_SCOPES]),
  claims: z
    .strictObject({
      account: claim.default(DEFAULT_CLAIMS.account),
      name: claim.default(DEFAULT_CLAIMS.name),
      mail: claim.default(DEFAULT_CLAIMS.mail),
      groups: claim.default(DEFAULT_CLAIMS.groups),
    })
    .prefault({}),
})

/** `sign_in: { providers: […], walled_garden: […] }` */
export const signInSchema = z.strictObject({
  providers: z
    .array(provider)
    .max(MOST_PROVIDERS, `has more than ${MOST_PROVIDERS}`)
    .superRefine((providers, context) => {
      for (const [i, { name }] of providers.entries()) {
        if (providers.findIndex((other) => other.name === name) === i) continue
        context.addIssue({ code: 'custom', path: [i, 'name'], message: `"${name}" is there twice` })
      }
    })
    .default([]),
  walled_garden: z.array(gardenName).max(MOST_NAMES, `has more than ${MOST_NAMES}`).default([]),
})

/** The identity providers, complete: by one that is no longer declared nobody signs in any more. */
export async function signInProviderStep(context: StepContext): Promise<Step> {
  const { kysely, declaration, seal } = context
  if (declaration.signIn === undefined) return NO_STEP
  const rows = await kysely.selectFrom('staff.sign_in_provider').selectAll().execute()
  type Row = (typeof rows)[number]
  const present = rows.map((row) => ({
    ...row,
    client_secret:
      row.client_secret && openSecret(seal, row.client_secret, providerContext(row.name)),
  }))
  const desired = declaration.signIn.providers.map((declared, position): Row => ({
    name: declared.name,
    label: declared.label ?? new URL(declared.issuer).hostname,
    issuer: declared.issuer,
    client_id: declared.client_id,
    client_secret: declared.client_secret ?? null,
    scopes: declared.scopes,
    account_claim: declared.claims.account,
    name_claim: declared.claims.name,
    mail_claim: declared.claims.mail,
    groups_claim: declared.claims.groups,
    position,
  }))
  const sealed = (row: Row): Row => ({
    ...row,
    client_secret: row.client_secret && seal.seal(row.client_secret, providerContext(row.name)),
  })
  return stepOf(
    {
      what: 'sign-in provider',
      present: byKey(present, ({ name }) => name),
      desired: byKey(desired, ({ name }) => name),
      complete: true,
      hidden: ['client_secret'],
    },
    {
      insert: (row) => kysely.insertInto('staff.sign_in_provider').values(sealed(row)).execute(),
      update: (row) =>
        kysely
          .updateTable('staff.sign_in_provider')
          .set(sealed(row))
          .where('name', '=', row.name)
          .execute(),
      remove: ({ name }) =>
        kysely.deleteFrom('staff.sign_in_provider').where('name', '=', name).execute(),
    },
  )
}

export async function walledGardenStep({ kysely, declaration }: StepContext): Promise<Step> {
  if (declaration.signIn === undefined) return NO_STEP
  const present = await kysely.selectFrom('staff.walled_garden_name').selectAll().execute()
  const desired = declaration.signIn.walled_garden.map((name) => ({ name }))
  return stepOf(
    {
      what: 'walled-garden name',
      present: byKey(present, ({ name }) => name),
      desired: byKey(desired, ({ name }) => name),
      complete: true,
    },
    {
      insert: (row) => kysely.insertInto('staff.walled_garden_name').values(row).execute(),
      update: () => Promise.resolve(),
      remove: ({ name }) =>
        kysely.deleteFrom('staff.walled_garden_name').where('name', '=', name).execute(),
    },
  )
}
