import { X509Certificate } from 'node:crypto'
import type postgres from 'postgres'
import { AppError } from '#core/error.ts'
import { makeIssuingRequest } from '#core/pki/authorities.ts'
import { makeKeyPair, makeTokenKeyPair, publicKeyOf } from '#core/pki/keys.ts'
import { certificatesOf } from '#core/pki/pem.ts'
import { isTokenKey, readTokenKey } from '#core/pki/token-key.ts'
import type { TokenPlace } from '#core/pki/token-key.ts'
import type { Seal } from '#core/seal.ts'
import { writeAuditLine } from './audit.ts'
import type { Database } from './connection.ts'
import { openSecret } from './gateways.ts'
import {
  authorityContext,
  issuingName,
  makeGeneration,
  makeGenerationOn,
  objectName,
} from './own-authority.ts'
import type { Generation } from './own-authority.ts'

type Sql = postgres.Sql | postgres.TransactionSql

const DAY_MS = 86_400_000

/** How long the credential of a device is good for, as it is declared. */
async function deviceDays({ sql }: Pick<Database, 'sql'>): Promise<number> {
  const [row] = await sql<{ days: number }[]>`select days from house.enrolment`
  return row?.days ?? 395
}

/**
 * Another root and another key below it. Devices that are enrolled or renewed from now on trust both; the server
 * goes over at `serverFrom`. By default that is when the last device of before has been renewed or is over: none falls off.
 */
export async function rotateAuthority(
  database: Database,
  seal: Seal,
  o: {
    readonly now: number
    readonly serverFrom: number | null
    readonly actor: string
    /** Where both keys are made; absent: here, sealed. */
    readonly token?: TokenPlace
  },
): Promise<{ readonly generation: number; readonly serverFrom: Date; readonly left: number }> {
  const serverFrom = new Date(o.serverFrom ?? o.now + ((await deviceDays(database)) + 1) * DAY_MS)
  return database.sql.begin(async (sql) => {
    await alone(sql)
    const generation = await nextGeneration(sql)
    const { root, issuing } =
      o.token === undefined
        ? await makeGeneration(generation, o.now)
        : await makeGenerationOn(o.token, generation, o.now)
    await sql`
      insert into staff.authority
        (generation, root_pem, root_key, issuing_pem, issuing_key, server_from, made_at)
      values (${generation}, ${root.certificatePem},
        ${seal.seal(root.keyPem, authorityContext.root(generation))}, ${issuing.certificatePem},
        ${seal.seal(issuing.keyPem, authorityContext.issuing(generation))}, ${serverFrom},
        ${new Date(o.now)})`
    const left = await devicesLeft(sql, generation, serverFrom)
    await writeAuditLine(sql, {
      ...{ actor: o.actor, action: 'authority.rotate', subject: `${generation}`, reason: null },
      details: {
        ...{ serverFrom: serverFrom.toISOString(), devicesLeft: left },
        token: o.token?.token ?? null,
      },
    })
    return { generation, serverFrom, left }
  })
}

/** Another day for the server to go over to a generation: later, while devices are left; or at once. */
export async function moveServerFrom(
  database: Database,
  o: { readonly generation: number; readonly serverFrom: number; readonly actor: string },
): Promise<{ readonly generation: number; readonly serverFrom: Date; readonly left: number }> {
  const { generation, actor } = o
  const serverFrom = new Date(o.serverFrom)
  return database.sql.begin(async (sql) => {
    await alone(sql)
    const moved = await sql`
      update staff.authority set server_from = ${serverFrom}
      where generation = ${generation} and root_pem is not null`
    if (moved.count === 0) {
      throw new AppError('authority', `there is no generation ${generation}; see accueil ca show`)
    }
    const left = await devicesLeft(sql, generation, serverFrom)
    await writeAuditLine(sql, {
      ...{ actor, action: 'authority.move', subject: `${generation}`, reason: null },
      details: { serverFrom: serverFrom.toISOString(), devicesLeft: left },
    })
    return { generation, serverFrom, left }
  })
}

/** Devices that would not know the server from then on, if their owners do nothing. */
async function devicesLeft(sql: Sql, generation: number, from: Date): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::integer as count from staff.device
    where generation < ${generation} and revoked_at is null and ends_at > ${from}`
  return row?.count ?? 0
}

/** A key of ours for which an authority above is to sign a certificate; the request for it, the same each time. */
export async function requestIssuing(
  database: Database,
  seal: Seal,
  actor: string,
  token?: TokenPlace,
): Promise<string> {
  return database.sql.begin(async (sql) => {
    await alone(sql)
    const waiting = await waitingOf(sql, seal)
    if (waiting !== null) {
      return makeIssuingRequest(issuingName(waiting.generation), waiting.keyPem)
    }
    const generation = await nextGeneration(sql)
    const { keyPem } =
      token === undefined
        ? await makeKeyPair('p256')
        : await makeTokenKeyPair(token, objectName('issuing', generation))
    await sql`
      insert into staff.authority (generation, issuing_key)
      values (${generation}, ${seal.seal(keyPem, authorityContext.issuing(generation))})`
    await writeAuditLine(sql, {
      ...{ actor, action: 'authority.request', subject: `${generation}`, reason: null },
      details: {},
    })
    return makeIssuingRequest(issuingName(generation), keyPem)
  })
}

/** Takes what the authority above has signed: the certificate of our key, what stands between, the root. */
export async function installIssuing(
  database: Database,
  seal: Seal,
  o: {
    readonly pem: string
    readonly now: number
    readonly serverFrom: number | null
    readonly actor: string
  },
): Promise<{ readonly generation: number; readonly serverFrom: Date; readonly left: number }> {
  const chain = certificatesOf(o.pem)
  return database.sql.begin(async (sql) => {
    await alone(sql)
    const waiting = await waitingOf(sql, seal)
    if (waiting === null) {
      throw new AppError(
        'authority',
        'no request waits for a certificate; run accueil ca csr first',
      )
    }
    const problem = chainProblem(chain, waiting.keyPem, o.now)
    if (problem !== null) throw new AppError('authority', problem)
    const { generation } = waiting
    const [others] = await sql<{ count: number }[]>`
      select count(*)::integer as count from staff.authority where root_pem is not null`
    const later = (await deviceDays(database)) + 1
    // Where nobody trusts another root yet, there is nobody to wait for.
    const wait = others?.count === 0 ? 0 : later * DAY_MS
    const serverFrom = new Date(o.serverFrom ?? o.now + wait)
    await sql`
      update staff.authority
      set root_pem = ${chain.at(-1) ?? ''}, issuing_pem = ${chain.slice(0, -1).join('')},
          server_from = ${serverFrom}, made_at = ${new Date(o.now)}
      where generation = ${generation}`
    const left = await devicesLeft(sql, generation, serverFrom)
    await writeAuditLine(sql, {
      ...{ actor: o.actor, action: 'authority.install', subject: `${generation}`, reason: null },
      details: { serverFrom: serverFrom.toISOString(), devicesLeft: left },
    })
    return { generation, serverFrom, left }
  })
}

/** What is wrong with a chain from our certificate up to the root; null: nothing. */
function chainProblem(chain: readonly string[], keyPem: string, now: number): string | null {
  const certificates = chain.map((pem) => new X509Certificate(pem))
  const [own] = certificates
  const root = certificates.at(-1)
  if (own === undefined || root === undefined || certificates.length < 2) {
    return 'the file must hold the certificate that was signed, what stands above it, and the root at the end'
  }
  const key = own.publicKey.export({ type: 'spki', format: 'der' })
  if (!key.equals(publicKeyOf(keyPem))) {
    return 'the first certificate is not for the key of the request; bring the one that was signed for it'
  }
  const purposes = own.keyUsage ?? []
  const needed = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']
  for (const [i, one] of certificates.entries()) {
    const above = certificates[i + 1] ?? one
    if (!one.ca) return `certificate ${i + 1} is not one of an authority`
    if (!one.checkIssued(above) || !one.verify(above.publicKey)) {
      return `certificate ${i + 1} is not signed by the one after it, or the last is not a root`
    }
    if (one.validFromDate.getTime() > now || one.validToDate.getTime() <= now) {
      return `certificate ${i + 1} is not in its time`
    }
  }
  if (purposes.length > 0 && needed.some((one) => !purposes.includes(one))) {
    return 'the certificate must be allowed to sign for servers and for clients (serverAuth and clientAuth), or have no extended key usage'
  }
  return null
}

/** The generations with what hangs on each, for an operator. */
export async function describeAuthority(
  { sql }: Pick<Database, 'sql'>,
  seal: Seal,
): Promise<readonly DescribedGeneration[]> {
  const rows = await sql<
    (Generation & { devices: number; rootKey: string | null; issuingKey: string })[]
  >`
    select a.generation, a.root_pem as "rootPem", a.issuing_pem as "issuingPem",
           a.server_from as "serverFrom", a.made_at as "madeAt", a.root_key as "rootKey",
           a.issuing_key as "issuingKey",
           (select count(*)::integer from staff.device d
            where d.generation = a.generation and d.revoked_at is null and d.ends_at > now()) as devices
    from staff.authority a where a.root_pem is not null order by a.generation`
  return rows.map(({ rootKey, issuingKey, ...generation }) => {
    const { generation: number } = generation
    return {
      ...generation,
      isOurs: rootKey !== null,
      rootToken:
        rootKey === null ? null : tokenOf(openSecret(seal, rootKey, authorityContext.root(number))),
      issuingToken: tokenOf(openSecret(seal, issuingKey, authorityContext.issuing(number))),
    }
  })
}

export interface DescribedGeneration extends Generation {
  readonly devices: number
  readonly isOurs: boolean
  /** The name of the token that each key is on; null: it is sealed here, or not ours. */
  readonly rootToken: string | null
  readonly issuingToken: string | null
}

function tokenOf(key: string): string | null {
  return isTokenKey(key) ? readTokenKey(key).token : null
}

async function alone(sql: Sql): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('authority', 0))`
}

async function nextGeneration(sql: Sql): Promise<number> {
  const [last] = await sql<{ generation: number; waiting: boolean }[]>`
    select coalesce(max(generation), 0)::integer as generation,
           coalesce(bool_or(root_pem is null), false) as waiting
    from staff.authority`
  if (last?.waiting === true) {
    throw new AppError(
      'authority',
      'a request waits for the signature of the authority above: bring it with accueil ca install',
    )
  }
  return (last?.generation ?? 0) + 1
}

async function waitingOf(
  sql: Sql,
  seal: Seal,
): Promise<{ readonly generation: number; readonly keyPem: string } | null> {
  const [row] = await sql<{ generation: number; key: string }[]>`
    select generation, issuing_key as key from staff.authority where root_pem is null`
  if (row === undefined) return null
  const { generation, key } = row
  return { generation, keyPem: openSecret(seal, key, authorityContext.issuing(generation)) }
}
