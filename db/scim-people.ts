import { codeOf } from '#core/error.ts'
import type { Kysely, Selectable } from 'kysely'
import type { Database } from './connection.ts'
import type { OffReason } from './off-reasons.ts'
import type { Tables } from './tables.ts'

/** Somebody as an identity provider tells of them by SCIM (RFC 7643 §4.1). */
export interface ScimUser {
  readonly id: string
  readonly userName: string
  readonly externalId: string | null
  readonly displayName: string
  readonly mail: string | null
  readonly active: boolean
  readonly groups: readonly { readonly id: string; readonly name: string }[]
  readonly createdAt: Date
  readonly changedAt: Date
}

export type ScimUserWish = Pick<
  ScimUser,
  'userName' | 'externalId' | 'displayName' | 'mail' | 'active'
>

export interface ScimPage {
  /** From 1. */
  readonly start: number
  readonly count: number
}

export interface ScimList<T> {
  readonly total: number
  readonly found: readonly T[]
}

/** What a list may be narrowed by. */
export interface ScimUserFilter {
  readonly attribute: 'id' | 'userName' | 'externalId' | 'mail' | 'displayName'
  readonly value: string
}

/** Whoever is told of by SCIM; names are theirs alone, whichever provider it is. */
export const SCIM_ISSUER = 'scim'

const ID = /^[1-9]\d{0,17}$/

export async function listScimUsers(
  { kysely }: Pick<Database, 'kysely'>,
  filter: ScimUserFilter | null,
  page: ScimPage,
): Promise<ScimList<ScimUser>> {
  const told = narrowed(kysely, filter)
  if (told === null) return { total: 0, found: [] }
  const { total } = await told
    .select((is) => is.fn.countAll<string>().as('total'))
    .executeTakeFirstOrThrow()
  const rows = await told
    .selectAll()
    .orderBy('id')
    .offset(page.start - 1)
    .limit(page.count)
    .execute()
  return { total: Number(total), found: await usersOf(kysely, rows) }
}

export async function findScimUser(
  database: Pick<Database, 'kysely'>,
  id: string,
): Promise<ScimUser | null> {
  const { found } = await listScimUsers(
    database,
    { attribute: 'id', value: id },
    { start: 1, count: 1 },
  )
  return found[0] ?? null
}

function narrowed(kysely: Kysely<Tables>, filter: ScimUserFilter | null) {
  const told = kysely
    .selectFrom('staff.person')
    .where('issuer', '=', SCIM_ISSUER)
    .where('deleted_at', 'is', null)
  switch (filter?.attribute) {
    case undefined:
      return told
    case 'id':
      return ID.test(filter.value) ? told.where('id', '=', filter.value) : null
    // Without regard to case (RFC 7643 §4.1.1).
    case 'userName':
      return told.where('subject', '=', filter.value.toLowerCase())
    case 'externalId':
      return told.where('external_id', '=', filter.value)
    case 'mail':
      return told.where('mail', '=', filter.value)
    case 'displayName':
      return told.where('name', '=', filter.value)
  }
}

/** Null where somebody has this name already. Who was deleted and is told of again is the same row. */
export async function createScimUser(
  { kysely }: Pick<Database, 'kysely'>,
  wish: ScimUserWish,
  by: { readonly actor: string; readonly at: Date },
): Promise<ScimUser | null> {
  const row = await kysely
    .insertInto('staff.person')
    .values({
      ...{ issuer: SCIM_ISSUER, groups: [] as string[], created_at: by.at },
      ...columnsOf(wish, by),
    })
    .onConflict((same) =>
      same
        .columns(['issuer', 'subject'])
        .doUpdateSet({ ...columnsOf(wish, by), deleted_at: null, created_at: by.at })
        .where('staff.person.deleted_at', 'is not', null),
    )
    .returningAll()
    .executeTakeFirst()
  return row === undefined ? null : ((await usersOf(kysely, [row]))[0] ?? null)
}

export type ScimWritten =
  | { readonly ok: true; readonly user: ScimUser }
  | { readonly ok: false; readonly reason: 'not-there' | 'taken' }

export async function replaceScimUser(
  { kysely }: Pick<Database, 'kysely'>,
  id: string,
  wish: ScimUserWish,
  by: { readonly actor: string; readonly at: Date },
): Promise<ScimWritten> {
  if (!ID.test(id)) return { ok: false, reason: 'not-there' }
  try {
    const before = await kysely
      .selectFrom('staff.person')
      .select('state')
      .where('id', '=', id)
      .executeTakeFirst()
    const isSame = before?.state === (wish.active ? 'active' : 'disabled')
    const { state_since: since, ...columns } = columnsOf(wish, by)
    const row = await kysely
      .updateTable('staff.person')
      .set(isSame ? columns : { ...columns, state_since: since })
      .where('id', '=', id)
      .where('issuer', '=', SCIM_ISSUER)
      .where('deleted_at', 'is', null)
      .returningAll()
      .executeTakeFirst()
    const [user] = row === undefined ? [] : await usersOf(kysely, [row])
    return user === undefined ? { ok: false, reason: 'not-there' } : { ok: true, user }
  } catch (thrown) {
    if (codeOf(thrown) === '23505') {
      return { ok: false, reason: 'taken' }
    }
    throw thrown
  }
}

/** Switches somebody off for good; the row stays, to say why. False where there is nobody. */
export async function deleteScimUser(
  { kysely }: Pick<Database, 'kysely'>,
  id: string,
  by: { readonly actor: string; readonly at: Date },
): Promise<boolean> {
  if (!ID.test(id)) return false
  return kysely.transaction().execute(async (trx) => {
    const reason: OffReason = 'scim-deleted'
    const gone = await trx
      .updateTable('staff.person')
      .set({
        ...{ state: 'disabled', state_reason: reason, state_since: by.at, state_by: by.actor },
        ...{ deleted_at: by.at, changed_at: by.at, groups: [] },
      })
      .where('id', '=', id)
      .where('issuer', '=', SCIM_ISSUER)
      .where('deleted_at', 'is', null)
      .executeTakeFirst()
    await trx.deleteFrom('staff.person_group_member').where('person', '=', id).execute()
    return gone.numUpdatedRows === 1n
  })
}

function columnsOf(
  wish: ScimUserWish,
  { actor, at }: { readonly actor: string; readonly at: Date },
) {
  const reason: OffReason = 'scim-inactive'
  const name = wish.userName.toLowerCase()
  return {
    ...{ subject: name, account: name, name: wish.displayName, mail: wish.mail },
    external_id: wish.externalId,
    state: wish.active ? ('active' as const) : ('disabled' as const),
    state_reason: wish.active ? null : reason,
    ...{ state_since: at, state_by: actor, changed_at: at },
  }
}

async function usersOf(
  kysely: Kysely<Tables>,
  rows: readonly Selectable<Tables['staff.person']>[],
): Promise<readonly ScimUser[]> {
  const ids = rows.map(({ id }) => id)
  const members =
    ids.length === 0
      ? []
      : await kysely
          .selectFrom('staff.person_group_member as m')
          .innerJoin('staff.person_group as g', 'g.id', 'm.person_group')
          .select(['m.person', 'g.id', 'g.name'])
          .where('m.person', 'in', ids)
          .orderBy('g.name')
          .execute()
  const groups = Map.groupBy(members, ({ person }) => person)
  return rows.map((row) => ({
    id: row.id,
    userName: row.subject,
    externalId: row.external_id,
    displayName: row.name,
    mail: row.mail,
    active: row.state === 'active',
    groups: (groups.get(row.id) ?? []).map(({ id, name }) => ({ id, name })),
    ...{ createdAt: row.created_at, changedAt: row.changed_at },
  }))
}
