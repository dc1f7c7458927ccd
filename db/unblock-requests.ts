import type { Database } from './connection.ts'
import type { NetworkKind } from './sites.ts'

/** Somebody asks that a blocked name be let through. Nothing of it says who, or from which device. */
export interface UnblockRequest {
  readonly domain: string
  /** Null: the portal could not tell the place. */
  readonly site: string | null
  readonly network: NetworkKind | null
  readonly cause: 'category' | 'rule' | 'other'
  readonly category: string | null
  /** By which the filter names the rule or the list. */
  readonly reference: string | null
  /** In the person's own words. */
  readonly note: string | null
}

export const UNBLOCK_LIMITS = {
  noteCharacters: 300,
  /** For the same name at the same place: more say nothing new. */
  alike: 5,
  /** Of one place, all names together. */
  ofPlace: 500,
  /** What nobody acted on in that time is no longer wanted. */
  lifeDays: 90,
  /** How long it is known who answered what. */
  answerLifeDays: 400,
} as const

/** False: as many wait already as anybody will read, and this one was not kept. */
export async function askUnblock(
  { sql }: Pick<Database, 'sql'>,
  request: UnblockRequest,
): Promise<boolean> {
  const { domain, site, network, cause, category, reference, note } = request
  const { alike, ofPlace } = UNBLOCK_LIMITS
  const [row] = await sql<{ kept: boolean }[]>`
    select house.ask_unblock(
      ${domain}, ${site}, ${network}, ${cause}, ${category}, ${reference}, ${note},
      ${alike}, ${ofPlace}) as kept`
  return row?.kept === true
}

export interface WaitingRequest extends UnblockRequest {
  readonly id: string
  readonly at: Date
  /** Of the place. */
  readonly association: string | null
}

/** Newest first; of one place, or of all places of one association, or all. */
export async function listUnblockRequests(
  { sql }: Pick<Database, 'sql'>,
  of: { readonly site?: string | undefined; readonly association?: string | undefined },
): Promise<readonly WaitingRequest[]> {
  const { site = null, association = null } = of
  return sql<WaitingRequest[]>`
    select r.id::text, r.at, r.domain, r.site, s.association, r.network, r.cause, r.category,
           r.reference, r.note
    from house.unblock_request r left join house.site s on s.code = r.site
    where (${site}::text is null or r.site = ${site})
      and (${association}::text is null or s.association = ${association})
    order by r.at desc, r.id desc limit 1000`
}

export async function removeOldUnblockRequests({ sql }: Pick<Database, 'sql'>): Promise<number> {
  const gone = await sql`
    delete from house.unblock_request
    where at < now() - ${UNBLOCK_LIMITS.lifeDays} * interval '1 day'`
  await sql`
    delete from house.unblock_answer
    where at < now() - ${UNBLOCK_LIMITS.answerLifeDays} * interval '1 day'`
  return gone.count
}

export async function countOldUnblockRequests({ sql }: Pick<Database, 'sql'>): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int from house.unblock_request
    where at < now() - ${UNBLOCK_LIMITS.lifeDays} * interval '1 day'`
  return row?.count ?? 0
}
