import { randomBytes } from 'node:crypto'
import type { Mac } from '#core/mac.ts'
import type { Seal } from '#core/seal.ts'
import type { Database } from './connection.ts'

/** How the names of passwords for one use begin: no account of a person may be asked for by them. */
export const CREDENTIAL_PREFIX = 'once-'
const LIFE_MS = 2 * 60_000

/**
 * A name and a password with which a gateway asks us about one device once. CHAP needs the password
 * itself, so it is kept, sealed, for the two minutes that it is good for.
 */
export async function issueCredential(
  { sql }: Pick<Database, 'sql'>,
  seal: Seal,
  device: { readonly gateway: string; readonly mac: Mac; readonly until: number },
): Promise<{ name: string; password: string }> {
  const name = `${CREDENTIAL_PREFIX}${randomBytes(8).toString('hex')}`
  // Of 16 characters: a gateway may unmask no more than one block of its challenge.
  const password = randomBytes(12).toString('base64url')
  await sql`
    insert into guest.credential (name, gateway, mac, password, session_until, expires_at)
    values (${name}, ${device.gateway}, ${device.mac}, ${seal.seal(password, contextOf(name))},
            ${new Date(device.until)}, now() + ${LIFE_MS} * interval '1 ms')`
  return { name, password }
}

export interface TakenCredential {
  readonly password: string
  /** Milliseconds since the epoch. */
  readonly until: number
}

/** Null: there is none of that name for that device at that gateway, or no more. Taken is used up. */
export async function takeCredential(
  { sql }: Pick<Database, 'sql'>,
  seal: Seal,
  { name, gateway, mac }: { readonly name: string; readonly gateway: string; readonly mac: Mac },
): Promise<TakenCredential | null> {
  const [row] = await sql<{ password: string; until: Date }[]>`
    select password, session_until as until
    from guest.take_credential(${name}, ${gateway}, ${mac})`
  const password = row === undefined ? null : seal.open(row.password, contextOf(name))
  if (row === undefined || password === null) return null
  return { password: Buffer.from(password).toString('latin1'), until: row.until.getTime() }
}

function contextOf(name: string): string {
  return `credential:${name}`
}
