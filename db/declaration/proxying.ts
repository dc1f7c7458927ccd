import { X509Certificate, createPrivateKey } from 'node:crypto'
import { reasonOf } from '#core/error.ts'
import { openSecret } from '../gateways.ts'
import type { DeclaredRealm, FileHomeServer } from './proxying-schema.ts'
import type { Declaration } from './read.ts'
import { NO_STEP, byKey, stepOf } from './step.ts'
import type { Step, StepContext } from './step.ts'

/** `ca`, `certificate` and `key` hold the PEM itself. */
export type DeclaredHomeServer = FileHomeServer

/** Where this machine itself takes RADIUS, as far as the command knows. */
export interface OwnRadius {
  readonly addresses: ReadonlySet<string>
  readonly ports: ReadonlySet<number>
}

/** Null where they are a certificate and its key. */
export function ownCertificateProblem(certificate: string, key: string): string | null {
  try {
    const parsed = new X509Certificate(certificate)
    return parsed.checkPrivateKey(createPrivateKey(key)) ? null : 'is not the key of certificate'
  } catch (thrown) {
    return `with certificate, cannot be read (${reasonOf(thrown)})`
  }
}

/** A name must lead to one place and no other. */
export function tellRealmsOfDirectories(
  { realms, directories, origins }: Declaration,
  problems: string[],
): void {
  for (const realm of realms ?? []) {
    const holder = directories?.find((directory) => directory.realms.includes(realm.realm))
    if (holder === undefined || realm.local === true) continue
    problems.push(
      `${origins.get(realm)} "${realm.realm}" belongs to the directory "${holder.name}" already`,
    )
  }
}

/** The home servers, complete: one that is no longer declared is asked no more. */
export async function homeServerStep(context: StepContext): Promise<Step> {
  const { kysely, declaration, seal } = context
  if (declaration.homeServers === undefined && declaration.realms === undefined) return NO_STEP
  const rows = await kysely.selectFrom('staff.home_server').selectAll().execute()
  await tellUnknownServers(context, rows)
  if (declaration.homeServers === undefined) return NO_STEP
  tellOurselves(context)
  const open = (text: string | null, where: string): string | null =>
    text === null ? null : openSecret(seal, text, where)
  const present = rows.map((row) => ({
    ...row,
    secret: open(row.secret, `home-server:${row.name}`),
    key_pem: open(row.key_pem, `home-server-key:${row.name}`),
  }))
  const desired: typeof rows = declaration.homeServers.map((declared) => ({
    name: declared.name,
    address: declared.address,
    port: declared.port,
    accounting_port: declared.accounting_port,
    secret: declared.secret ?? null,
    signs_replies: declared.message_authenticator === 'required',
    status_server: declared.status_server,
    tls_name: declared.radsec?.name ?? null,
    ca_pem: declared.radsec?.ca ?? null,
    certificate_pem: declared.radsec?.certificate ?? null,
    key_pem: declared.radsec?.key ?? null,
  }))
  const close = (text: string | null, where: string): string | null =>
    text === null ? null : seal.seal(text, where)
  const sealed = (row: (typeof rows)[number]): (typeof rows)[number] => ({
    ...row,
    secret: close(row.secret, `home-server:${row.name}`),
    key_pem: close(row.key_pem, `home-server-key:${row.name}`),
  })
  return stepOf(
    {
      what: 'home server',
      present: byKey(present, ({ name }) => name),
      desired: byKey(desired, ({ name }) => name),
      complete: true,
      hidden: ['secret', 'key_pem', 'certificate_pem', 'ca_pem'],
    },
    {
      insert: (row) => kysely.insertInto('staff.home_server').values(sealed(row)).execute(),
      update: (row) =>
        kysely
          .updateTable('staff.home_server')
          .set(sealed(row))
          .where('name', '=', row.name)
          .execute(),
      remove: ({ name }) =>
        kysely.deleteFrom('staff.home_server').where('name', '=', name).execute(),
    },
  )
}

/** The realms, complete: names of one that is no longer declared are answered here. */
export async function realmStep({ kysely, declaration }: StepContext): Promise<Step> {
  if (declaration.realms === undefined) return NO_STEP
  const present = await kysely.selectFrom('staff.realm').selectAll().execute()
  const desired: typeof present = declaration.realms.map((declared) => ({
    realm: declared.realm,
    servers: declared.servers ?? [],
    strip: declared.strip,
    accounting: declared.accounting,
    vlan: declared.vlan ?? null,
    groups: declared.groups,
    gives: declared.gives,
    operator: declared.operator ?? null,
  }))
  return stepOf(
    {
      what: 'realm',
      present: byKey(present, ({ realm }) => realm),
      desired: byKey(desired, ({ realm }) => realm),
      complete: true,
    },
    {
      insert: (row) => kysely.insertInto('staff.realm').values(row).execute(),
      update: (row) =>
        kysely.updateTable('staff.realm').set(row).where('realm', '=', row.realm).execute(),
      remove: ({ realm }) => kysely.deleteFrom('staff.realm').where('realm', '=', realm).execute(),
    },
  )
}

/** Of the realms that there will be, by the servers that there will be. */
async function tellUnknownServers(
  { kysely, declaration, problems }: StepContext,
  present: readonly { readonly name: string }[],
): Promise<void> {
  const names = new Set((declaration.homeServers ?? present).map(({ name }) => name))
  const realms: readonly (DeclaredRealm | { realm: string; servers: readonly string[] })[] =
    declaration.realms ??
    (await kysely.selectFrom('staff.realm').select(['realm', 'servers']).execute())
  for (const realm of realms) {
    const unknown = realm.servers?.find((name) => !names.has(name))
    if (unknown === undefined) continue
    const where = declaration.origins.get(realm) ?? `the realm "${realm.realm}"`
    problems.push(`${where} names the home server "${unknown}", which is not declared`)
  }
}

function tellOurselves({ declaration, own, problems }: StepContext): void {
  if (own === undefined) return
  for (const server of declaration.homeServers ?? []) {
    if (!own.ports.has(server.port) || !own.addresses.has(server.address)) continue
    problems.push(
      `${declaration.origins.get(server)} "${server.name}" is this server itself (${server.address}, port ${server.port}): what is sent to it would come back`,
    )
  }
}
