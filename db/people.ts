import type { Kysely } from 'kysely'
import type { Tables } from './tables.ts'

/** Somebody who signed in to the staff pages, as whoever vouches for them said at that moment. */
export interface Person {
  /** `https://…` of the identity provider, `ldap:NAME` of the directory, or `local`. */
  readonly issuer: string
  readonly subject: string
  /** What the log calls this person; lower case. */
  readonly account: string
  readonly name: string
  readonly mail: string | null
  /** In lower case, 500 at most. */
  readonly groups: readonly string[]
  readonly how: 'oidc' | 'ldap' | 'local'
  /** Whether we asked for a second factor; what an identity provider asks for is its own affair. */
  readonly secondFactor: boolean
}

/** Who does what in a session, as the audit names them (core/actor.ts). */
export function actorOf({ how, account }: Pick<Person, 'how' | 'account'>): string {
  return how === 'local' ? `account:${account}` : `staff:${account}`
}

/** Why somebody may not come in any more, and since when. */
export interface PersonOff {
  readonly reason: string
  readonly since: Date
}

/**
 * Whether this account was switched off, whoever said so; null where it was not. A directory that has just
 * let somebody in is believed over what it said before.
 */
export async function personIsOff(
  kysely: Kysely<Tables>,
  { issuer, subject, account, how }: Pick<Person, 'issuer' | 'subject' | 'account' | 'how'>,
): Promise<PersonOff | null> {
  // Accounts of the house are there as long as they are declared: nobody else switches them off.
  if (how === 'local') return null
  const row = await kysely
    .selectFrom('staff.person')
    .select(['state_reason', 'state_since'])
    .where('state', '=', 'disabled')
    .where((is) =>
      is.or([
        is('account', '=', account),
        is.and([is('issuer', '=', issuer), is('subject', '=', subject)]),
      ]),
    )
    .$if(how === 'ldap', (query) => query.where('issuer', '<>', issuer))
    .orderBy('state_since')
    .limit(1)
    .executeTakeFirst()
  return row === undefined ? null : { reason: row.state_reason ?? '', since: row.state_since }
}

/** Keeps what is known of somebody as true as this sign-in. */
export async function rememberPerson(
  kysely: Kysely<Tables>,
  person: Person,
  at: Date,
): Promise<void> {
  const { issuer, subject, account, name, mail, how } = person
  const known = {
    account,
    name,
    mail,
    groups: [...person.groups],
    signed_in_at: at,
    changed_at: at,
  }
  const isBack = {
    state: 'active',
    state_reason: null,
    deleted_at: null,
    state_by: issuer,
  } as const
  await kysely
    .insertInto('staff.person')
    .values({ issuer, subject, ...known, state_since: at, state_by: issuer })
    .onConflict((same) =>
      same
        .columns(['issuer', 'subject'])
        .doUpdateSet(how === 'ldap' ? { ...known, ...isBack } : known),
    )
    .execute()
}
