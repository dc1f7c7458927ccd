import { codeOf } from '#core/error.ts'
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Database } from './connection.ts'
import { SCIM_ISSUER } from './scim-people.ts'
import type { ScimList, ScimPage } from './scim-people.ts'
import type { Tables } from './tables.ts'

/** A group as an identity provider tells of it by SCIM (RFC 7643 §4.2). */
export interface ScimGroup {
  readonly id: string
  readonly displayName: string
  readonly externalId: string | null
  readonly members: readonly { readonly id: string; readonly name: string }[]
  readonly createdAt: Date
  readonly changedAt: Date
}

/** What is to be of it then; `members` null: as they are. */
export interface ScimGroupWish {
  readonly displayName: string
  readonly externalId: string | null
  readonly members: readonly string[]
}

export interface ScimGroupFilter {
  readonly attribute: 'id' | 'displayName' | 'externalId'
  readonly value: string
}

const ID = /^[1-9]\d{0,17}$/

export async function listScimGroups(
  { kysely }: Pick<Database, 'kysely'>,
  filter: ScimGroupFilter | null,
  page: ScimPage,
): Promise<ScimList<ScimGroup>> {
  let told = kysely.selectFrom('staff.person_group').where('issuer', '=', SCIM_ISSUER)
  if (filter?.attribute === 'id') {
    if (!ID.test(filter.value)) return { total: 0, found: [] }
    told = told.where('id', '=', filter.value)
  } else if (filter?.attribute === 'displayName') {
    told = told.where('folded', '=', filter.value.toLowerCase())
  } else if (filter !== null) told = told.where('external_id', '=', filter.value)
  const { total } = await told
    .select((is) => is.fn.countAll<string>().as('total'))
    .executeTakeFirstOrThrow()
  const rows = await told
    .selectAll()
    .orderBy('id')
    .offset(page.start - 1)
    .limit(page.count)
    .execute()
  const ids = rows.map(({ id }) => id)
  const all =
    ids.length === 0
      ? []
      : await kysely
          .selectFrom('staff.person_group_member as m')
          .innerJoin('staff.person as p', 'p.id', 'm.person')
          .select(['m.person_group', 'p.id', 'p.name'])
          .where('m.person_group', 'in', ids)
          .orderBy('p.id')
          .execute()
  const members = Map.groupBy(all, (member) => member.person_group)
  return {
    total: Number(total),
    found: rows.map((row) => ({
      id: row.id,
      displayName: row.name,
      externalId: row.external_id,
      members: (members.get(row.id) ?? []).map(({ id, name }) => ({ id, name })),
      ...{ createdAt: row.created_at, changedAt: row.changed_at },
    })),
  }
}

export async function findScimGroup(
  database: Pick<Database, 'kysely'>,
  id: string,
): Promise<ScimGroup | null> {
  const filter = { attribute: 'id', value: id } as const
  return (await listScimGroups(database, filter, { start: 1, count: 1 })).found[0] ?? null
}

export type ScimGroupWritten =
  | { readonly ok: true; readonly group: ScimGroup }
  | { readonly ok: false; readonly reason: 'not-there' | 'taken' }

/** Makes a group, or with `id` makes that one as wished; who is in it, or no more, has their groups changed. */
export async function writeScimGroup(
  database: Pick<Database, 'kysely'>,
  id: string | null,
  wish: ScimGroupWish,
  by: { readonly actor: string; readonly at: Date },
): Promise<ScimGroupWritten> {
  if (id !== null && !ID.test(id)) return { ok: false, reason: 'not-there' }
  const columns = {
    name: wish.displayName,
    folded: wish.displayName.toLowerCase(),
    external_id: wish.externalId,
    changed_at: by.at,
  }
  try {
    const written = await database.kysely.transaction().execute(async (trx) => {
      const row =
        id === null
          ? await trx
              .insertInto('staff.person_group')
              .values({ issuer: SCIM_ISSUER, created_at: by.at, ...columns })
              .returning('id')
              .executeTakeFirstOrThrow()
          : await trx
              .updateTable('staff.person_group')
              .set(columns)
              .where('id', '=', id)
              .where('issuer', '=', SCIM_ISSUER)
              .returning('id')
              .executeTakeFirst()
      if (row === undefined) return null
      await setMembers(trx, row.id, wish.members, by)
      return row.id
    })
    const group = written === null ? null : await findScimGroup(database, written)
    return group === null ? { ok: false, reason: 'not-there' } : { ok: true, group }
  } catch (thrown) {
    if (codeOf(thrown) === '23505') {
      return { ok: false, reason: 'taken' }
    }
    throw thrown
  }
}

export async function deleteScimGroup(
  { kysely }: Pick<Database, 'kysely'>,
  id: string,
  by: { readonly actor: string; readonly at: Date },
): Promise<boolean> {
  if (!ID.test(id)) return false
  return kysely.transaction().execute(async (trx) => {
    await setMembers(trx, id, [], by)
    const gone = await trx
      .deleteFrom('staff.person_group')
      .where('id', '=', id)
      .where('issuer', '=', SCIM_ISSUER)
      .executeTakeFirst()
    return gone.numDeletedRows === 1n
  })
}

async function setMembers(
  trx: Kysely<Tables>,
  group: string,
  members: readonly string[],
  { actor, at }: { readonly actor: string; readonly at: Date },
): Promise<void> {
  const wished = members.filter((id) => ID.test(id))
  const before = await trx
    .deleteFrom('staff.person_group_member')
    .where('person_group', '=', group)
    .returning('person')
    .execute()
  if (wished.length > 0) {
    // Who is not there any more is passed over: the provider may tell of groups before it tells of people.
    await trx
      .insertInto('staff.person_group_member')
      .columns(['person_group', 'person'])
      .expression((select) =>
        select
          .selectFrom('staff.person')
          .select([sql<string>`${group}::bigint`.as('person_group'), 'id'])
          .where('id', 'in', wished)
          .where('issuer', '=', SCIM_ISSUER)
          .where('deleted_at', 'is', null),
      )
      .execute()
  }
  const touched = [...new Set([...before.map(({ person }) => person), ...wished])]
  if (touched.length === 0) return
  // Two groups at once: the second waits here, in one order, and then sees what the first has made.
  await sql`
    select from staff.person where id = any(${touched}::bigint[]) order by id for no key update`.execute(
    trx,
  )
  await sql`
    update staff.person p set groups = g.names, state_by = ${actor}, changed_at = ${at}
    from (
      select q.id, coalesce((
        select array_agg(h.folded order by h.folded)
        from staff.person_group_member m join staff.person_group h on h.id = m.person_group
        where m.person = q.id), '{}') as names
      from staff.person q where q.id = any(${touched}::bigint[]) and q.deleted_at is null
    ) g
    where p.id = g.id and p.groups <> g.names`.execute(trx)
}
