import { z } from 'zod'
import { readCertificates, readRevocationList } from './certificates.ts'
import type { RevocationList } from './certificates.ts'
import { NO_STEP, byKey, stepOf } from './step.ts'
import type { Step, StepContext } from './step.ts'

const serial = z.string().transform((text, context) => {
  const digits = text.replaceAll(/[:\s]/g, '').toUpperCase()
  if (/^[0-9A-F]{1,40}$/.test(digits)) return digits.replace(/^0+(?=.)/, '')
  context.addIssue(`"${text}" is not a serial number in hexadecimal`)
  return z.NEVER
})

/** What a device is, in a word of the house. */
export const deviceKind = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'is not a kind such as laptop, phone, till or printer')

/** `device_ca: [ { name: laptops, file: ./laptops-ca.pem, name_from: email } ]` */
export const deviceCaSchema = z
  .strictObject({
    name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'is not a short name'),
    file: z.string().min(1, 'is empty'),
    name_from: z.enum(['cn', 'email', 'dns', 'upn'], 'must be cn, email, dns or upn'),
    names: z.enum(['account', 'device'], 'must be account or device').default('account'),
    groups: z.array(z.string().trim().min(1, 'is empty').max(200)).default([]),
    device: deviceKind.optional(),
    revoked: z.array(serial).default([]),
    crl: z.string().min(1, 'is empty').optional(),
  })
  .refine((value) => value.names === 'device' || value.groups.length === 0, {
    path: ['groups'],
    error: 'are those of devices: with names: account a device has the groups of its account',
  })

export type FileDeviceCa = z.output<typeof deviceCaSchema>

/** With what its files hold. */
export type DeclaredDeviceCa = Omit<FileDeviceCa, 'file' | 'crl'> & { readonly chainPem: string }

const LARGEST_CHAIN_BYTES = 64 * 1024
const LARGEST_CRL_BYTES = 16 * 1024 * 1024

type Load = (name: string, path: readonly PropertyKey[], most: number) => Buffer | null
type TellProblem = (path: readonly PropertyKey[], what: string) => void

/** Reads the files that a device CA names; every mistake is told. */
export function withDeviceCaFiles(
  { file, crl, ...ca }: FileDeviceCa,
  path: readonly PropertyKey[],
  load: Load,
  say: TellProblem,
): DeclaredDeviceCa {
  const bytes = load(file, [...path, 'file'], LARGEST_CHAIN_BYTES)
  const certificates = bytes === null ? null : readCertificates(bytes)
  const [issuer] = certificates ?? []
  if (bytes !== null && issuer === undefined) {
    say([...path, 'file'], `names ${file}, which is not one or more certificates in PEM`)
  }
  if (issuer !== undefined && !issuer.ca) {
    say([...path, 'file'], `names ${file}, whose first certificate is not of an authority`)
  }
  let list: RevocationList = []
  const given = crl === undefined ? null : load(crl, [...path, 'crl'], LARGEST_CRL_BYTES)
  if (given !== null && issuer !== undefined) {
    const read = readRevocationList(given, issuer)
    if (read === null) say([...path, 'crl'], `names ${crl}, which is no CRL signed by ${file}`)
    else list = read
  }
  return {
    ...ca,
    revoked: [...new Set([...ca.revoked, ...list])].toSorted(),
    chainPem: (certificates ?? []).map((one) => one.toString()).join(''),
  }
}

export async function deviceCaStep({ kysely, declaration }: StepContext): Promise<Step> {
  if (declaration.deviceCas === undefined) return NO_STEP
  const present = await kysely.selectFrom('staff.device_ca').selectAll().execute()
  const desired = declaration.deviceCas.map((ca) => ({
    name: ca.name,
    chain_pem: ca.chainPem,
    name_from: ca.name_from,
    names: ca.names,
    groups: ca.groups,
    device: ca.device ?? null,
  }))
  return stepOf(
    {
      what: 'device CA',
      present: byKey(present, ({ name }) => name),
      desired: byKey(desired, ({ name }) => name),
      complete: true,
      hidden: ['chain_pem'],
    },
    {
      insert: (row) => kysely.insertInto('staff.device_ca').values(row).execute(),
      update: (row) =>
        kysely.updateTable('staff.device_ca').set(row).where('name', '=', row.name).execute(),
      remove: ({ name }) => kysely.deleteFrom('staff.device_ca').where('name', '=', name).execute(),
    },
  )
}

/** Certificates that were struck off. With the CA removed they go with it. */
export async function revokedStep({ kysely, declaration }: StepContext): Promise<Step> {
  if (declaration.deviceCas === undefined) return NO_STEP
  const kept = new Set(declaration.deviceCas.map(({ name }) => name))
  const rows = await kysely.selectFrom('staff.revoked_certificate').selectAll().execute()
  const keyOf = ({ device_ca, serial: digits }: (typeof rows)[number]): string =>
    `${device_ca} ${digits}`
  const desired = declaration.deviceCas.flatMap(({ name, revoked }) =>
    revoked.map((digits) => ({ device_ca: name, serial: digits })),
  )
  return stepOf(
    {
      what: 'revoked certificate',
      present: byKey(
        rows.filter(({ device_ca }) => kept.has(device_ca)),
        keyOf,
      ),
      desired: byKey(desired, keyOf),
      complete: true,
    },
    {
      insert: (row) => kysely.insertInto('staff.revoked_certificate').values(row).execute(),
      update: () => Promise.resolve(),
      remove: ({ device_ca, serial: digits }) =>
        kysely
          .deleteFrom('staff.revoked_certificate')
          .where('device_ca', '=', device_ca)
          .where('serial', '=', digits)
          .execute(),
    },
  )
}
