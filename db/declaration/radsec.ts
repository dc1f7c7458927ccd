import { X509Certificate } from 'node:crypto'
import { z } from 'zod'
import { hexOf, serialOf } from '../authorities.ts'
import { GATEWAY_VENDORS } from '../gateways.ts'
import { NO_STEP, byKey, stepOf } from './step.ts'
import type { Step, StepContext } from './step.ts'

/** RFC 9813 §4.1: at least 16 octets, since who records a handshake may try keys at leisure. */
const PSK_SHORTEST = 16
/** RFC 5176 §2. */
const COA_PORT = 3799

const fingerprint = z.string().transform((text, context) => {
  const hex = hexOf(/^sha256:(.*)$/i.exec(text.trim())?.[1] ?? '')
  if (/^[0-9a-f]{64}$/.test(hex)) return hex
  context.addIssue(
    `"${text}" is not sha256: and 64 hexadecimal digits, as openssl x509 -noout -fingerprint -sha256 prints them`,
  )
  return z.NEVER
})

const certificateName = z
  .string()
  .trim()
  .min(1, 'is empty')
  .max(255, 'is longer than 255 characters')
  .transform((text) => text.toLowerCase())

/** `radsec: { certificate: sha256:… }`, `{ name: …, authority: … }` or `{ psk: … }`. */
export const radsecSchema = z
  .strictObject({
    certificate: fingerprint.optional(),
    name: certificateName.optional(),
    authority: z.string().min(1, 'is empty').optional(),
    psk: z
      .string()
      .min(PSK_SHORTEST, `has fewer than ${PSK_SHORTEST} characters`)
      .max(128, 'has more than 128 characters')
      .optional(),
  })
  .refine(
    ({ certificate, name, psk }) =>
      [certificate, name, psk].filter((way) => way !== undefined).length === 1,
    'must have one of certificate, name (with authority), psk',
  )
  .refine(({ name, authority }) => (name === undefined) === (authority === undefined), {
    path: ['authority'],
    error: 'goes with name: which of the authorities must have issued the certificate',
  })

export const vendorSchema = z
  .enum(GATEWAY_VENDORS, `must be one of ${GATEWAY_VENDORS.join(', ')}`)
  .optional()

/** `coa: { port: 3799, secret: … }`, all of which may be left out; `vendor` stood here before it was the gateway's. */
export const coaSchema = z.strictObject({
  port: z.int().min(1).max(65535).default(COA_PORT),
  secret: z.string().min(6, 'has fewer than 6 characters').max(128).optional(),
  vendor: vendorSchema,
})

/** `authorities: [ { name: gateways, file: ./ca.pem, revoked: [ "0A1B" ] } ]` */
export const authoritySchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, dots, dashes'),
  file: z.string().min(1, 'is empty'),
  revoked: z
    .array(
      z
        .string()
        .regex(/^[0-9a-fA-F:]{1,80}$/, 'is not a serial number in hexadecimal, in quotes')
        .transform(serialOf),
    )
    .max(100_000, 'has more than 100,000 serial numbers')
    .default([]),
})

/** What is wrong with the file of an authority; null: it is one certificate that may issue others. */
export function authorityProblem(pem: string): string | null {
  if ((pem.match(/-----BEGIN CERTIFICATE-----/g) ?? []).length !== 1) {
    return 'is not one certificate in PEM'
  }
  try {
    return new X509Certificate(pem).ca ? null : 'is not the certificate of an authority (CA:TRUE)'
  } catch {
    return 'is not a certificate'
  }
}

/** What no two gateways may share; null for a key, which is found by the gateway's own name. */
export function radsecKey(radsec: z.output<typeof radsecSchema> | undefined): string | null {
  if (radsec?.certificate !== undefined) return `sha256:${radsec.certificate}`
  if (radsec?.name !== undefined) return `${radsec.name} of ${radsec.authority}`
  return null
}

/** Who may issue certificates to gateways. */
export async function authorityStep(context: StepContext): Promise<Step> {
  const { kysely, declaration } = context
  if (declaration.authorities === undefined) return NO_STEP
  await tellNeeded(context)
  const present = await kysely.selectFrom('house.authority').selectAll().execute()
  return stepOf(
    {
      what: 'authority',
      present: byKey(present, ({ name }) => name),
      desired: byKey(
        declaration.authorities.map(({ name, pem, revoked }) => ({ name, pem, revoked })),
        ({ name }) => name,
      ),
      complete: true,
      hidden: ['pem'],
    },
    {
      insert: (row) => kysely.insertInto('house.authority').values(row).execute(),
      update: (row) =>
        kysely.updateTable('house.authority').set(row).where('name', '=', row.name).execute(),
      remove: ({ name }) => kysely.deleteFrom('house.authority').where('name', '=', name).execute(),
    },
  )
}

/** By the gateways of places that are not declared here; for those that are, gateways.ts looks. */
async function tellNeeded({ kysely, declaration, problems }: StepContext): Promise<void> {
  const stays = new Set(declaration.authorities?.map(({ name }) => name))
  const declared = new Set(declaration.sites?.map(({ code }) => code))
  const gateways = await kysely
    .selectFrom('house.gateway')
    .select(['name', 'site', 'radsec_authority'])
    .where('radsec_authority', 'is not', null)
    .execute()
  for (const { name, site, radsec_authority: authority } of gateways) {
    if (authority === null || stays.has(authority) || declared.has(site)) continue
    problems.push(`the authority "${authority}" is still needed by the gateway "${name}"`)
  }
}
