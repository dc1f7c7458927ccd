import { randomInt } from 'node:crypto'
import { isAnybody, isSamePerson } from '#core/actor.ts'
import { AppError } from '#core/error.ts'
import { parseMac } from '#core/mac.ts'
import type { Reach } from '#core/rights.ts'
import type { Database } from '../connection.ts'
import type { Criteria } from '../connections.ts'

/** A pack that one person asked for and another has to agree to. */
export interface ExportRequest {
  /** By which the second person names it. */
  readonly code: string
  readonly caseRef: string
  readonly reason: string
  readonly criteria: Criteria
  readonly requestedBy: string
  readonly requestedAt: Date
  /** The name of the token by which a program asked; null: somebody asked in person. */
  readonly token: string | null
  /** Who made it, and those that it was made with. */
  readonly tokenMakers: readonly string[] | null
  readonly approvedBy: string | null
  readonly approvedAt: Date | null
}

export interface ApprovedRequest extends ExportRequest {
  readonly approvedBy: string
  readonly approvedAt: Date
}

/** A request or an approval that is older counts no more: the reason may have gone. */
const REQUEST_LIFE_DAYS = 30
const MOST_LISTED = 100

// As for receipts: letters and digits that nobody confuses when read aloud.
const CODE_LETTERS = '23456789ABCDEFGHJKMNPQRSTVWXYZ'
const CODE_LENGTH = 8

interface RequestRow extends Omit<ExportRequest, 'criteria'> {
  readonly criteria: Readonly<Record<keyof Criteria, string | number | null>>
}

/** The newest request for the same rows and case that still counts, or a new one by `actor`. */
export async function requestExport(
  database: Database,
  asked: { caseRef: string; reason: string; criteria: Criteria; actor: string; token?: string },
): Promise<{ request: ExportRequest; isNew: boolean }> {
  return database.sql.begin(async (sql) => {
    // Of two who ask at once, the second finds the first one's request.
    await sql`select pg_advisory_xact_lock(hashtextextended('export request', 0))`
    const criteria = sql.json(criteriaJson(asked.criteria))
    const [known] = await sql<RequestRow[]>`
      select ${columns(database)} from log.export_request
      where case_ref = ${asked.caseRef} and criteria = ${criteria}
        and requested_at > now() - ${`${REQUEST_LIFE_DAYS} days`}::interval
      order by approved_at desc nulls last, requested_at desc limit 1`
    if (known !== undefined) return { request: requestOf(known), isNew: false }
    const [made] = await sql<RequestRow[]>`
      insert into log.export_request (code, case_ref, reason, criteria, requested_by, token)
      values (${newCode()}, ${asked.caseRef}, ${asked.reason}, ${criteria}, ${asked.actor},
              ${asked.token ?? null})
      returning ${columns(database)}`
    if (made === undefined) throw new Error('the request was not written')
    const request = requestOf(made)
    await sql`
      insert into audit.entry (actor, action, subject, reason, details)
      values (${asked.actor}, 'logs.export-request', ${asked.caseRef}, ${asked.reason},
              ${sql.json({
                ...{ code: request.code, criteria: criteriaJson(asked.criteria) },
                ...(asked.token === undefined ? {} : { token: asked.token }),
              })})`
    return { request, isNew: true }
  })
}

/**
 * The second person's yes. Refused to the one who asked, and to who has no name. Twice by the same person
 * is once.
 */
export async function approveExport(
  database: Database,
  code: string,
  actor: string,
): Promise<ApprovedRequest> {
  return database.sql.begin(async (sql) => {
    const [row] = await sql<RequestRow[]>`
      select ${columns(database)} from log.export_request
      where code = ${code.toUpperCase()}
        and requested_at > now() - ${`${REQUEST_LIFE_DAYS} days`}::interval
      for update`
    if (row === undefined) {
      throw new AppError(
        'export',
        `there is no request ${code} of the last ${REQUEST_LIFE_DAYS} days; npx accueil logs export … --request makes one`,
      )
    }
    const request = requestOf(row)
    if (isAnybody(actor)) {
      throw new AppError(
        'export',
        `root may be anyone, ${request.requestedBy} too: someone else has to approve it under a name, through sudo from an account of their own, or with --as ACCOUNT`,
      )
    }
    if (isSamePerson(request.requestedBy, actor)) {
      throw new AppError(
        'export',
        `${actor} asked for this pack: someone else has to approve it, from an account of their own`,
      )
    }
    if (isOfAsker(request, actor)) {
      throw new AppError(
        'export',
        `${actor} made the token by which this pack was asked for, or one that it was made with: someone else has to approve it`,
      )
    }
    const { approvedBy, approvedAt } = request
    if (approvedBy !== null && approvedAt !== null) return { ...request, approvedBy, approvedAt }
    const [done] = await sql<{ at: Date }[]>`
      update log.export_request set approved_by = ${actor}, approved_at = now()
      where code = ${request.code} returning approved_at as at`
    await sql`
      insert into audit.entry (actor, action, subject, reason, details)
      values (${actor}, 'logs.export-approve', ${request.caseRef}, ${request.reason},
              ${sql.json({ code: request.code, requestedBy: request.requestedBy })})`
    return { ...request, approvedBy: actor, approvedAt: done?.at ?? new Date() }
  })
}

/** Whose rows somebody may know of. */
export type RequestReach = Pick<Reach, 'everywhere' | 'associations'>

/** Those that still count and are of places within reach, newest first. */
export async function pageOfExportRequests(
  database: Database,
  { everywhere, associations }: RequestReach,
  { before, rows }: { before: { at: string; code: string } | null; rows: number },
): Promise<readonly ExportRequest[]> {
  const { sql } = database
  const found = await sql<RequestRow[]>`
    select ${columns(database)} from log.export_request
    where requested_at > now() - ${`${REQUEST_LIFE_DAYS} days`}::interval
      and (${everywhere} or criteria->>'site' in (
        select code from house.site where association = any(${[...associations]})))
      and (${before === null} or (requested_at, code) <
        (${before?.at ?? null}::timestamptz, ${before?.code ?? ''}))
    order by requested_at desc, code desc limit ${rows}`
  return found.map(requestOf)
}

/** Those that still count, newest first. */
export async function listExportRequests(database: Database): Promise<readonly ExportRequest[]> {
  const rows = await database.sql<RequestRow[]>`
    select ${columns(database)} from log.export_request
    where requested_at > now() - ${`${REQUEST_LIFE_DAYS} days`}::interval
    order by requested_at desc limit ${MOST_LISTED}`
  return rows.map(requestOf)
}

export async function findExportRequest(
  database: Database,
  code: string,
): Promise<ExportRequest | null> {
  const [row] = await database.sql<RequestRow[]>`
    select ${columns(database)} from log.export_request
    where code = ${code} and requested_at > now() - ${`${REQUEST_LIFE_DAYS} days`}::interval`
  return row === undefined ? null : requestOf(row)
}

/** Whoever asked, or may hold the token by which a program did: they are one of the two people already. */
export function isOfAsker(
  { requestedBy, tokenMakers }: Pick<ExportRequest, 'requestedBy' | 'tokenMakers'>,
  actor: string,
): boolean {
  return [requestedBy, ...(tokenMakers ?? [])].some((one) => isSamePerson(one, actor))
}

export function isApproved(request: ExportRequest): request is ApprovedRequest {
  return request.approvedBy !== null && request.approvedAt !== null
}

export function criteriaJson(
  criteria: Criteria,
): Readonly<Record<keyof Criteria, string | number | null>> {
  return {
    ...criteria,
    from: criteria.from?.toISOString() ?? null,
    to: criteria.to?.toISOString() ?? null,
  }
}

function requestOf(row: RequestRow): ExportRequest {
  const { criteria: c } = row
  const text = (value: string | number | null): string | null =>
    value === null ? null : String(value)
  const instant = (value: string | number | null): Date | null =>
    value === null ? null : new Date(value)
  return {
    ...row,
    criteria: {
      mac: c.mac === null ? null : parseMac(String(c.mac)),
      ip: text(c.ip),
      user: text(c.user),
      site: text(c.site),
      publicIp: text(c.publicIp),
      publicPort: c.publicPort === null ? null : Number(c.publicPort),
      from: instant(c.from),
      to: instant(c.to),
    },
  }
}

function columns({ sql }: Database): ReturnType<Database['sql']> {
  return sql`
    code, case_ref as "caseRef", reason, criteria, requested_by as "requestedBy",
    requested_at as "requestedAt", token, token_makers as "tokenMakers", approved_by as "approvedBy", approved_at as "approvedAt"`
}

function newCode(): string {
  return Array.from(
    { length: CODE_LENGTH },
    () => CODE_LETTERS[randomInt(CODE_LETTERS.length)],
  ).join('')
}
