import type postgres from 'postgres'
import { recordLine } from './audit-lines.ts'
import { done, refused } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import { changeRule, createRule, findRuleOf } from './rules.ts'
import type { AdminRule, Doer, RuleWish } from './rules.ts'

/** What people at one place ask for, as one thing that waits for an answer. */
export interface WaitingName {
  /** Of the newest request for it. */
  readonly id: string
  readonly domain: string
  /** Null: the portal could not tell the place. */
  readonly site: string | null
  readonly siteName: string | null
  readonly association: string | null
  readonly timezone: string | null
  readonly network: 'guest' | 'staff' | null
  readonly cause: 'category' | 'rule' | 'other'
  readonly category: string | null
  /** By which the filter names the rule or the list. */
  readonly reference: string | null
  readonly times: number
  readonly firstAt: Date
  readonly lastAt: Date
  /** In people's own words, newest first. */
  readonly notes: readonly string[]
  /** Of the oldest request for it. */
  readonly firstId: string
  /** Another once more people ask. */
  readonly etag: string
}

export interface UnblockAnswer {
  readonly id: string
  readonly at: Date
  readonly domain: string
  readonly site: string | null
  readonly siteName: string | null
  readonly timezone: string | null
  readonly network: 'guest' | 'staff' | null
  readonly times: number
  readonly decision: 'allow' | 'refuse'
  /** Null where none was made, or it was taken away since. */
  readonly rule: string | null
  readonly until: Date | null
  readonly actor: string
  readonly reason: string
}

/** How far a yes goes. */
export type UnblockReach = 'site' | 'association' | 'everywhere'

export type UnblockDecision =
  | { readonly decision: 'refuse' }
  | { readonly decision: 'allow'; readonly where: UnblockReach; readonly until: Date | null }

type Sql = postgres.TransactionSql

const NOTES = 20

function waitingColumns(sql: Sql): postgres.PendingQuery<postgres.Row[]> {
  return sql`
    max(r.id)::text as id, r.domain, r.site, s.name as "siteName", s.association, s.timezone,
    r.network, (array_agg(r.cause order by r.id desc))[1] as cause,
    (array_agg(r.category order by r.id desc))[1] as category,
    (array_agg(r.reference order by r.id desc))[1] as reference,
    count(*)::int as times, min(r.at) as "firstAt", max(r.at) as "lastAt",
    coalesce((array_agg(r.note order by r.id desc) filter (where r.note is not null))[1:${NOTES}], '{}')
      as notes,
    min(r.id)::text as "firstId", max(r.id) || '-' || count(*) as etag`
}

/** Newest first; `q` is a part of the name. */
export async function listWaitingNames(
  sql: Sql,
  { q, site }: { readonly q: string | null; readonly site: string | null },
  { before, rows }: { readonly before: string | null; readonly rows: number },
): Promise<readonly WaitingName[]> {
  return sql<WaitingName[]>`
    select ${waitingColumns(sql)} from house.unblock_request r left join house.site s on s.code = r.site
    where (${q}::text is null or position(lower(${q}) in r.domain) > 0)
      and (${site}::text is null or r.site = ${site})
    group by r.site, r.domain, r.network, s.code
    having ${before}::bigint is null or max(r.id) < ${before}::bigint
    order by max(r.id) desc limit ${rows}`
}

/** What waits longest first: who asks again for what is not listed yet moves it behind no page. */
export async function listWaitingLongest(
  sql: Sql,
  { q, site }: { readonly q: string | null; readonly site: string | null },
  { after, rows }: { readonly after: string | null; readonly rows: number },
): Promise<readonly WaitingName[]> {
  return sql<WaitingName[]>`
    select ${waitingColumns(sql)} from house.unblock_request r left join house.site s on s.code = r.site
    where (${q}::text is null or position(lower(${q}) in r.domain) > 0)
      and (${site}::text is null or r.site = ${site})
    group by r.site, r.domain, r.network, s.code
    having ${after}::bigint is null or min(r.id) > ${after}::bigint
    order by min(r.id) limit ${rows}`
}

/** By any of its requests; null once it is answered. */
export async function findWaitingName(sql: Sql, id: string): Promise<WaitingName | null> {
  const [name] = await sql<WaitingName[]>`
    select ${waitingColumns(sql)} from house.unblock_request one
    join house.unblock_request r on r.domain = one.domain
      and r.site is not distinct from one.site and r.network is not distinct from one.network
    left join house.site s on s.code = r.site
    where one.id = ${id}
    group by r.site, r.domain, r.network, s.code`
  return name ?? null
}

/** Newest first; of one name, or of all. */
export async function listUnblockAnswers(
  sql: Sql,
  { domain }: { readonly domain: string | null },
  { before, rows }: { readonly before: string | null; readonly rows: number },
): Promise<readonly UnblockAnswer[]> {
  return sql<UnblockAnswer[]>`
    select a.id::text, a.at, a.domain, a.site, s.name as "siteName", s.timezone, a.network, a.times,
           a.decision, a.rule::text, a.until, a.actor, a.reason
    from house.unblock_answer a left join house.site s on s.code = a.site
    where (${domain}::text is null or a.domain = ${domain})
      and (${before}::bigint is null or a.id < ${before}::bigint)
    order by a.id desc limit ${rows}`
}

/**
 * Answers all who asked for this name as far as the answer goes. A yes is a rule of the place, its association
 * or the house: one that is there already is made to allow. `etag`: of what was read; `*` for any state.
 */
export async function answerUnblock(
  sql: Sql,
  id: string,
  wish: UnblockDecision,
  doer: Doer & { readonly reason: string },
  etag = '*',
): Promise<Outcome<{ readonly rule: AdminRule | null }>> {
  const asked = await findWaitingName(sql, id)
  if (asked === null) return refused('not-found')
  // As whoever asks: of two who answer at once, the second finds nothing that waits.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`unblock ${asked.site ?? ''}`}, 0))`
  const waiting = await findWaitingName(sql, id)
  if (waiting === null) return refused('not-found')
  if (etag !== '*' && etag !== waiting.etag) return refused('changed')
  const { domain, site, network, association } = waiting
  if (wish.decision === 'refuse') {
    if (!doer.rights.can('rules.write', { association, site })) return refused('not-yours')
    await keepAnswers(sql, waiting, 'site', { wish, rule: null, doer })
    return done({ rule: null })
  }
  const { where, until } = wish
  const scope: Pick<RuleWish, 'site' | 'association'> = {
    site: where === 'site' ? site : null,
    association: where === 'association' ? association : null,
  }
  if (where !== 'everywhere' && scope.site === null && scope.association === null) {
    return refused('unknown-site')
  }
  const note = doer.reason.slice(0, 200)
  const rule = await allow(sql, { action: 'allow', domain, network, ...scope, until, note }, doer)
  if (!rule.ok) return rule
  await keepAnswers(sql, waiting, where, { wish, rule: rule.value.id, doer })
  return done({ rule: rule.value })
}

async function allow(sql: Sql, wish: RuleWish, doer: Doer): Promise<Outcome<AdminRule>> {
  const present = await findRuleOf(sql, wish)
  if (present === null) return createRule(sql, wish, doer)
  const { action, until, note } = wish
  return changeRule(sql, present.id, present.etag, { action, until, note }, doer)
}

async function keepAnswers(
  sql: Sql,
  { domain, site, network, association }: WaitingName,
  where: UnblockReach,
  answer: {
    readonly wish: UnblockDecision
    readonly rule: string | null
    readonly doer: Doer & { readonly reason: string }
  },
): Promise<void> {
  const { wish, rule, doer } = answer
  const { actor, reason } = doer
  const until = wish.decision === 'allow' ? wish.until : null
  const kept = await sql<{ times: number }[]>`
    with gone as (
      delete from house.unblock_request r
      where r.domain = ${domain} and r.network is not distinct from ${network}
        and (${where} = 'everywhere'
          or ${where} = 'site' and r.site is not distinct from ${site}
          or ${where} = 'association'
            and r.site in (select code from house.site where association = ${association}))
      returning r.site
    )
    insert into house.unblock_answer (domain, site, network, times, decision, rule, until, actor, reason)
    select ${domain}, site, ${network}, count(*), ${wish.decision}, ${rule}, ${until}, ${actor}, ${reason}
    from gone group by site
    returning times`
  await recordLine(sql, {
    ...{ actor, action: `unblock.${wish.decision}`, reason, association },
    subject: ['unblock', domain, network, site].filter((part) => part !== null).join(' '),
    details: { where, rule, times: kept.reduce((sum, { times }) => sum + times, 0) },
  })
}
