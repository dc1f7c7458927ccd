import { randomBytes } from 'node:crypto'
import type { Clock } from '#core/clock.ts'
import { makeIssuing, makeRoot } from '#core/pki/authorities.ts'
import type { Signer } from '#core/pki/certify.ts'
import { makeTokenKeyPair } from '#core/pki/keys.ts'
import { certificatesOf } from '#core/pki/pem.ts'
import type { TokenPlace } from '#core/pki/token-key.ts'
import type { Seal } from '#core/seal.ts'
import type { Database } from './connection.ts'
import { openSecret } from './gateways.ts'

/** One life of the certificate authority of the house. */
export interface Generation {
  readonly generation: number
  /** What devices trust. */
  readonly rootPem: string
  /** What signs devices, then what stands between it and the root. */
  readonly issuingPem: string
  /** When the server goes over to a certificate of it. */
  readonly serverFrom: Date
  readonly madeAt: Date
}

/** What the sealed keys are bound to. */
export const authorityContext = {
  root: (generation: number): string => `authority-root:${generation}`,
  issuing: (generation: number): string => `authority-issuing:${generation}`,
} as const

/** How the root was called before there were generations: devices that trust it go on. */
const FORMER_ROOT = 'radius-ca'
const ROOT_NAME = 'Accueil RADIUS CA'
const ISSUING_NAME = 'Accueil Devices CA'

function rootName(generation: number): string {
  return generation === 1 ? ROOT_NAME : `${ROOT_NAME} ${generation}`
}

export function issuingName(generation: number): string {
  return generation === 1 ? ISSUING_NAME : `${ISSUING_NAME} ${generation}`
}

/** Those that are whole, the oldest first. */
export async function loadGenerations({
  sql,
}: Pick<Database, 'sql'>): Promise<readonly Generation[]> {
  return sql<Generation[]>`
    select generation, root_pem as "rootPem", issuing_pem as "issuingPem",
           server_from as "serverFrom", made_at as "madeAt"
    from staff.authority where root_pem is not null order by generation`
}

/** The same; the first is made where there is none, once in the whole fleet. */
export async function ensureGenerations(
  database: Database,
  seal: Seal,
  clock: Clock,
): Promise<readonly Generation[]> {
  const found = await loadGenerations(database)
  if (found.length > 0) return found
  await database.sql.begin(async (sql) => {
    // The second to come waits here for the first one's commit.
    await sql`select pg_advisory_xact_lock(hashtextextended('authority', 0))`
    const [there] = await sql`select 1 from staff.authority where root_pem is not null`
    if (there !== undefined) return
    const [former] = await sql<{ key: string }[]>`
      select key_pem as key from staff.certificate where name = ${FORMER_ROOT} and key_pem <> ''`
    const key =
      former === undefined ? undefined : openSecret(seal, former.key, `certificate:${FORMER_ROOT}`)
    const [last] = await sql<{ generation: number }[]>`
      select coalesce(max(generation), 0)::integer as generation from staff.authority`
    const generation = (last?.generation ?? 0) + 1
    const made = await makeGeneration(generation, clock(), key)
    await sql`
      insert into staff.authority
        (generation, root_pem, root_key, issuing_pem, issuing_key, server_from)
      values (${generation}, ${made.root.certificatePem},
        ${seal.seal(made.root.keyPem, authorityContext.root(generation))},
        ${made.issuing.certificatePem},
        ${seal.seal(made.issuing.keyPem, authorityContext.issuing(generation))},
        ${new Date(clock())})`
  })
  return loadGenerations(database)
}

/** With `rootKeyPem` the root keeps its key: who trusts it already goes on doing so. */
export async function makeGeneration(
  generation: number,
  now: number,
  rootKeyPem?: string,
): Promise<{ readonly root: Signer; readonly issuing: Signer }> {
  const root = await makeRoot(rootName(generation), 'p256', now, rootKeyPem)
  return { root, issuing: await makeIssuing(issuingName(generation), root, now) }
}

/** The same with both keys on a token, under names that no other try has given. */
export async function makeGenerationOn(
  place: TokenPlace,
  generation: number,
  now: number,
): Promise<{ readonly root: Signer; readonly issuing: Signer }> {
  const rootKey = await makeTokenKeyPair(place, objectName('root', generation))
  const key = await makeTokenKeyPair(place, objectName('issuing', generation))
  const root = await makeRoot(rootName(generation), 'p256', now, rootKey.keyPem)
  return { root, issuing: await makeIssuing(issuingName(generation), root, now, key) }
}

/** How a key is called on a token. */
export function objectName(kind: 'root' | 'issuing', generation: number): string {
  return `accueil-${kind}-${generation}-${randomBytes(4).toString('hex')}`
}

/** Of which the server shows a certificate now. */
export function servingGeneration(
  generations: readonly Generation[],
  now: number,
): Generation | undefined {
  return generations.findLast(({ serverFrom }) => serverFrom.getTime() <= now) ?? generations[0]
}

/** All that a device is told to trust: it must know the server today and after the next change. */
export function rootsOf(generations: readonly Generation[], now: number): readonly string[] {
  const serving = servingGeneration(generations, now)
  return generations
    .filter(({ generation }) => generation >= (serving?.generation ?? 0))
    .flatMap(({ rootPem }) => certificatesOf(rootPem))
}

/** What signs devices and gateways from now on; null until the RADIUS part has made it. */
export async function loadIssuing(
  { sql }: Pick<Database, 'sql'>,
  seal: Seal,
): Promise<{
  readonly generation: number
  readonly issuingPem: string
  readonly by: Signer
} | null> {
  const [row] = await sql<{ generation: number; issuingPem: string; key: string }[]>`
    select generation, issuing_pem as "issuingPem", issuing_key as key
    from staff.authority where issuing_pem is not null order by generation desc limit 1`
  if (row === undefined) return null
  const { generation, issuingPem, key } = row
  return { generation, issuingPem, by: signerOf(seal, generation, issuingPem, key) }
}

/** What signs the list of what one generation revoked. */
export async function loadIssuingOf(
  { sql }: Pick<Database, 'sql'>,
  seal: Seal,
  generation: number,
): Promise<Signer | null> {
  const [row] = await sql<{ issuingPem: string; key: string }[]>`
    select issuing_pem as "issuingPem", issuing_key as key
    from staff.authority where issuing_pem is not null and generation = ${generation}`
  return row === undefined ? null : signerOf(seal, generation, row.issuingPem, row.key)
}

/** What signs servers: the root, so that a login need not carry what stands between; else what there is. */
export async function loadServerSigner(
  { sql }: Pick<Database, 'sql'>,
  seal: Seal,
  { generation, rootPem, issuingPem }: Generation,
): Promise<{ readonly by: Signer; readonly chainPem: string }> {
  const [row] = await sql<{ rootKey: string | null; issuingKey: string }[]>`
    select root_key as "rootKey", issuing_key as "issuingKey"
    from staff.authority where generation = ${generation}`
  const rootKey = row?.rootKey ?? null
  if (rootKey !== null) {
    const keyPem = openSecret(seal, rootKey, authorityContext.root(generation))
    return { by: { certificatePem: rootPem, keyPem }, chainPem: '' }
  }
  return {
    by: signerOf(seal, generation, issuingPem, row?.issuingKey ?? ''),
    chainPem: issuingPem,
  }
}

function signerOf(seal: Seal, generation: number, issuingPem: string, key: string): Signer {
  const [certificatePem = ''] = certificatesOf(issuingPem)
  return { certificatePem, keyPem: openSecret(seal, key, authorityContext.issuing(generation)) }
}
