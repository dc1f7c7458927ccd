import { sql } from 'kysely'
import { z } from 'zod'
import type { Seal } from '#core/seal.ts'
import type { Database } from './connection.ts'

/** A TLS session of an EAP conversation that ended with an Accept. */
export interface EapSession {
  /** What a device shows of it in clear, when it comes back. */
  readonly id: Uint8Array
  readonly kind: 'ticket' | 'session'
  /** What resumes it: who has this can be this device until it expires. */
  readonly secret: Uint8Array
  /** Of the EAP method, outside. */
  readonly type: number
  readonly method: string
  readonly username: string
  /** Changes when the password does. */
  readonly credential: string
  /** Milliseconds since the epoch. */
  readonly expires: number
}

/** All but the identifier and the end are sealed: the table does not tell who was where. */
export async function saveEapSessions(
  database: Pick<Database, 'kysely'>,
  seal: Seal,
  sessions: readonly EapSession[],
): Promise<void> {
  const rows = sessions.map(({ id, expires, secret, ...rest }) => ({
    id,
    sealed: seal.seal(
      JSON.stringify({ ...rest, secret: Buffer.from(secret).toString('base64') }),
      contextOf(id),
    ),
    expires_at: new Date(expires),
  }))
  await database.kysely
    .insertInto('staff.eap_session')
    .values(rows)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}

const sealedSession = z.object({
  kind: z.enum(['ticket', 'session']),
  secret: z.string().transform((text): Uint8Array => Buffer.from(text, 'base64')),
  type: z.number(),
  method: z.string(),
  username: z.string(),
  credential: z.string(),
})

export async function findEapSession(
  database: Pick<Database, 'kysely'>,
  seal: Seal,
  id: Uint8Array,
): Promise<EapSession | null> {
  const row = await database.kysely
    .selectFrom('staff.eap_session')
    .select(['sealed', 'expires_at'])
    .where('id', '=', id)
    .executeTakeFirst()
  const plain = row === undefined ? null : seal.open(row.sealed, contextOf(id))
  if (row === undefined || plain === null) return null
  const session = sealedSession.parse(JSON.parse(Buffer.from(plain).toString('utf8')))
  return { ...session, id, expires: row.expires_at.getTime() }
}

export async function deleteExpiredEapSessions(
  database: Pick<Database, 'kysely'>,
  now: number,
): Promise<void> {
  await sql`delete from staff.eap_session where expires_at < ${new Date(now)}`.execute(
    database.kysely,
  )
}

function contextOf(id: Uint8Array): string {
  return `eap-session:${Buffer.from(id).toString('hex')}`
}
