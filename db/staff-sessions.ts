import { createHash, randomBytes } from 'node:crypto'
import type { Kysely } from 'kysely'
import { writeAudit } from './audit.ts'
import type { Database } from './connection.ts'
import { actorOf, personIsOff, rememberPerson } from './people.ts'
import type { Person, PersonOff } from './people.ts'
import type { Tables } from './tables.ts'

export interface StaffSession {
  /** For its owner to end it by; opens nothing. */
  readonly id: string
  /** Lower-case hex of the SHA-256 of what the browser has. */
  readonly digest: string
  readonly person: Person
  /** The name of the identity provider, for `how: 'oidc'`. */
  readonly provider: string | null
  readonly openedAt: Date
  /** When this person last proved who they are. */
  readonly signedInAt: Date
  readonly seenAt: Date
  readonly endsAt: Date
  /** `Firefox, Windows` */
  readonly browser: string
}

export interface NewSession {
  readonly person: Person
  readonly browser: string
  readonly at: Date
  /** What the identity provider calls this sign-in, and its sealed ID token. */
  readonly provider: {
    readonly name: string
    readonly session: string | null
    readonly idToken: string | null
  } | null
  /** The token of a session that this one takes the place of. */
  readonly replaces: string | null
}

export type OpenedSession =
  | { readonly ok: true; readonly token: string; readonly session: StaffSession }
  | { readonly ok: false; readonly off: PersonOff }

export const SESSION_LIMITS = {
  /** Without a request. */
  idleMs: 60 * 60_000,
  /** From the sign-in, whatever is done: a working day. */
  lifeMs: 12 * 3_600_000,
  /** Of one person; the one used longest ago makes room. */
  each: 16,
  /** How exactly it is known when a session was last used. */
  seenMs: 60_000,
  browserCharacters: 80,
} as const

const TOKEN_BYTES = 32

/** By which the database knows a session. */
function sessionDigest(token: string): Uint8Array {
  return createHash('sha256').update(token).digest()
}

/** Opens a session, and remembers the person; both with their line in the audit, or not at all. */
export async function openSession(
  { kysely }: Pick<Database, 'kysely'>,
  wish: NewSession,
): Promise<OpenedSession> {
  const { person, at, provider } = wish
  const token = randomBytes(TOKEN_BYTES).toString('base64url')
  return kysely.transaction().execute(async (trx): Promise<OpenedSession> => {
    const off = await personIsOff(trx, person)
    if (off !== null) return { ok: false, off }
    await rememberPerson(trx, person, at)
    if (wish.replaces !== null) {
      await trx
        .deleteFrom('staff.session')
        .where('sha256', '=', sessionDigest(wish.replaces))
        .execute()
    }
    const row = await trx
      .insertInto('staff.session')
      .values({
        ...{ issuer: person.issuer, subject: person.subject, account: person.account },
        ...{ name: person.name, mail: person.mail, groups: [...person.groups] },
        ...{ how: person.how, second_factor: person.secondFactor },
        sha256: sessionDigest(token),
        provider: provider?.name ?? null,
        provider_session: provider?.session ?? null,
        id_token: provider?.idToken ?? null,
        browser: wish.browser.slice(0, SESSION_LIMITS.browserCharacters),
        ...{ opened_at: at, signed_in_at: at, seen_at: at },
        ends_at: new Date(at.getTime() + SESSION_LIMITS.lifeMs),
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    await endOldest(trx, person)
    await writeAudit(trx, {
      actor: actorOf(person),
      action: 'staff.sign-in',
      subject: `session ${row.id}`,
      reason: null,
      details: { how: person.how, issuer: person.issuer, secondFactor: person.secondFactor },
    })
    return { ok: true, token, session: sessionOf(row) }
  })
}

async function endOldest(trx: Kysely<Tables>, { issuer, subject }: Person): Promise<void> {
  const kept = trx
    .selectFrom('staff.session')
    .select('sha256')
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .orderBy('seen_at', 'desc')
    .orderBy('id')
    .limit(SESSION_LIMITS.each)
  await trx
    .deleteFrom('staff.session')
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .where('sha256', 'not in', kept)
    .execute()
}

/** The session that a browser shows, if it is one and not over; that it was used is noted. */
export async function findSession(
  { kysely }: Pick<Database, 'kysely'>,
  token: string,
  now: Date,
): Promise<StaffSession | null> {
  const row = await kysely
    .selectFrom('staff.session')
    .selectAll()
    .where('sha256', '=', sessionDigest(token))
    .where('ends_at', '>', now)
    .where('seen_at', '>', new Date(now.getTime() - SESSION_LIMITS.idleMs))
    .executeTakeFirst()
  if (row === undefined) return null
  if (row.seen_at.getTime() > now.getTime() - SESSION_LIMITS.seenMs) return sessionOf(row)
  await kysely
    .updateTable('staff.session')
    .set({ seen_at: now })
    .where('sha256', '=', row.sha256)
    .execute()
  return sessionOf({ ...row, seen_at: now })
}

/** Those of one person that are not over, the one used last first. */
export async function listSessions(
  { kysely }: Pick<Database, 'kysely'>,
  { issuer, subject }: Pick<Person, 'issuer' | 'subject'>,
  now: Date,
): Promise<readonly StaffSession[]> {
  const rows = await kysely
    .selectFrom('staff.session')
    .selectAll()
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .where('ends_at', '>', now)
    .where('seen_at', '>', new Date(now.getTime() - SESSION_LIMITS.idleMs))
    .orderBy('seen_at', 'desc')
    .orderBy('id')
    .limit(SESSION_LIMITS.each)
    .execute()
  return rows.map(sessionOf)
}

export type SessionsToEnd =
  /** One of a person's own. */
  | { readonly of: Person; readonly id: string }
  /** All of a person's own but this one. */
  | { readonly of: Person; readonly but: string }

/** Ends sessions of whoever asks; returns how many, and the sealed ID token of the one that was named. */
export async function endSessions(
  { kysely }: Pick<Database, 'kysely'>,
  wish: SessionsToEnd,
): Promise<{ readonly count: number; readonly idToken: string | null }> {
  return kysely.transaction().execute(async (trx) => {
    const own = trx
      .deleteFrom('staff.session')
      .where('issuer', '=', wish.of.issuer)
      .where('subject', '=', wish.of.subject)
    const gone = await (
      'id' in wish ? own.where('id', '=', wish.id) : own.where('id', '<>', wish.but)
    )
      .returning(['id', 'id_token'])
      .execute()
    for (const { id } of gone) await auditEnd(trx, actorOf(wish.of), id, 'asked by its owner')
    return { count: gone.length, idToken: gone[0]?.id_token ?? null }
  })
}

/** What an identity provider says is over: a sign-in of it, or all of somebody's that began before. */
export async function endProviderSessions(
  { kysely }: Pick<Database, 'kysely'>,
  provider: string,
  ended: {
    readonly session: string | null
    readonly subject: string | null
    readonly before: Date
  },
): Promise<number> {
  if (ended.session === null && ended.subject === null) return 0
  return kysely.transaction().execute(async (trx) => {
    let query = trx
      .deleteFrom('staff.session')
      .where('provider', '=', provider)
      .where('opened_at', '<=', ended.before)
    if (ended.session !== null) query = query.where('provider_session', '=', ended.session)
    if (ended.subject !== null) query = query.where('subject', '=', ended.subject)
    const gone = await query.returning('id').execute()
    for (const { id } of gone) {
      await auditEnd(trx, `provider:${provider}`, id, 'signed out at the identity provider')
    }
    return gone.length
  })
}

async function auditEnd(
  kysely: Kysely<Tables>,
  actor: string,
  id: string,
  reason: string,
): Promise<void> {
  const subject = `session ${id}`
  await writeAudit(kysely, { actor, action: 'staff.session.end', subject, reason, details: {} })
}

interface SessionRow {
  readonly sha256: Uint8Array
  readonly id: string
  readonly issuer: string
  readonly subject: string
  readonly account: string
  readonly name: string
  readonly mail: string | null
  readonly groups: readonly string[]
  readonly how: Person['how']
  readonly second_factor: boolean
  readonly provider: string | null
  readonly browser: string
  readonly opened_at: Date
  readonly signed_in_at: Date
  readonly seen_at: Date
  readonly ends_at: Date
}

function sessionOf(row: SessionRow): StaffSession {
  const { id, provider, browser, issuer, subject, account, name, mail, groups, how } = row
  return {
    ...{ id, provider, browser },
    digest: Buffer.from(row.sha256).toString('hex'),
    person: { issuer, subject, account, name, mail, groups, how, secondFactor: row.second_factor },
    openedAt: row.opened_at,
    signedInAt: row.signed_in_at,
    seenAt: row.seen_at,
    endsAt: row.ends_at,
  }
}
