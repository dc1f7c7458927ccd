import type postgres from 'postgres'
import type { Rights } from '#core/rights.ts'
import { recordChange } from './changes.ts'
import type { Snapshot } from './changes.ts'
import { done, refused } from './outcome.ts'
import type { Outcome } from './outcome.ts'

/** A rule as administrators see it. */
export interface AdminRule {
  readonly id: string
  readonly action: 'block' | 'allow'
  readonly domain: string
  readonly network: 'guest' | 'staff' | null
  readonly site: string | null
  readonly association: string | null
  readonly until: Date | null
  readonly note: string | null
  /** True: it stands in the files of `apply`, which would bring it back. */
  readonly declared: boolean
  /** Another after each change. */
  readonly etag: string
}

export type RuleWish = Pick<
  AdminRule,
  'action' | 'domain' | 'network' | 'site' | 'association' | 'until' | 'note'
>

/** What of a rule may be changed; another domain or place is another rule. */
export type RuleChange = Partial<Pick<AdminRule, 'action' | 'until' | 'note'>>

export interface RuleFilter {
  /** A part of the domain. */
  readonly q: string | null
  readonly site: string | null
  readonly association: string | null
  /** Those in force at this place, whosever they are. */
  readonly at?: { readonly code: string; readonly association: string } | null
}

/** Who does it, what they may, and why. */
export interface Doer {
  readonly actor: string
  readonly rights: Rights
  readonly reason: string | null
}

interface StoredRule extends AdminRule {
  readonly snapshot: Snapshot
  /** Of its place, where it has one. */
  readonly within: string | null
}

type Sql = postgres.TransactionSql

function columns(sql: Sql) {
  return sql`
    r.id::text, r.action, r.domain, r.network, r.site, r.association, r.until, r.note, r.declared,
    encode(substr(sha256(convert_to(to_jsonb(r)::text, 'UTF8')), 1, 12), 'hex') as etag`
}

/** By domain; `after` is where the page before ended. */
export async function listRules(
  sql: Sql,
  { q, site, association, at = null }: RuleFilter,
  page: { readonly after: { domain: string; id: string } | null; readonly rows: number },
): Promise<readonly AdminRule[]> {
  const { after, rows } = page
  return sql<AdminRule[]>`
    select ${columns(sql)} from house.rule r
    where (${q}::text is null or position(lower(${q}) in r.domain) > 0)
      and (${site}::text is null or r.site = ${site})
      and (${association}::text is null or r.association = ${association}
        or r.site in (select code from house.site s where s.association = ${association}))
      and (${at === null} or (r.until is null or r.until > now()) and (r.site = ${at?.code ?? null}
        or r.association = ${at?.association ?? null} or r.site is null and r.association is null))
      and (${after === null} or (r.domain, r.id) > (${after?.domain ?? ''}, ${after?.id ?? '0'}::bigint))
    order by r.domain, r.id limit ${rows}`
}

export async function findRule(sql: Sql, id: string): Promise<AdminRule | null> {
  const [rule] = await sql<AdminRule[]>`
    select ${columns(sql)} from house.rule r where r.id = ${id}`
  return rule ?? null
}

/** What is said of a domain there, if anything is. */
export async function findRuleOf(
  sql: Sql,
  {
    domain,
    network,
    site,
    association,
  }: Pick<AdminRule, 'domain' | 'network' | 'site' | 'association'>,
): Promise<AdminRule | null> {
  const [rule] = await sql<AdminRule[]>`
    select ${columns(sql)} from house.rule r
    where r.domain = ${domain} and r.network is not distinct from ${network}
      and r.site is not distinct from ${site} and r.association is not distinct from ${association}`
  return rule ?? null
}

export async function createRule(
  sql: Sql,
  wish: RuleWish,
  { actor, rights, reason }: Doer,
): Promise<Outcome<AdminRule>> {
  const { action, domain, network, site, association, until, note } = wish
  const within = await associationOf(sql, wish)
  if (within === 'unknown-site' || within === 'unknown-association') return refused(within)
  const place = { association: within.association, site }
  if (!rights.can('rules.write', place)) return refused('not-yours')
  const [made] = await sql<{ id: string }[]>`
    insert into house.rule as r
      (action, domain, network, site, association, until, note, declared, made_by)
    values (${action}, ${domain}, ${network}, ${site}, ${association}, ${until}, ${note}, false, ${actor})
    on conflict do nothing returning r.id::text`
  if (made === undefined) return refused('exists')
  const rule = await lockRule(sql, made.id)
  if (rule === null) return refused('not-found')
  await recordChange(sql, {
    ...{ actor, action: 'rule.create', subject: ruleSubject(rule), reason },
    ...{ association: rule.within, before: null, after: rule.snapshot },
  })
  return done(shown(rule))
}

export async function changeRule(
  sql: Sql,
  id: string,
  etag: string,
  change: RuleChange,
  { actor, rights, reason }: Doer,
): Promise<Outcome<AdminRule>> {
  const before = await lockRule(sql, id)
  if (before === null) return refused('not-found')
  if (!rights.can('rules.write', placeOf(before))) return refused('not-yours')
  if (etag !== '*' && etag !== before.etag) return refused('changed')
  const { action, until, note } = { ...before, ...change }
  await sql`
    update house.rule set action = ${action}, until = ${until}, note = ${note} where id = ${id}`
  const after = await lockRule(sql, id)
  if (after === null) return refused('not-found')
  await recordChange(sql, {
    ...{ actor, action: 'rule.change', subject: ruleSubject(after), reason },
    ...{ association: after.within, before: before.snapshot, after: after.snapshot },
  })
  return done(shown(after))
}

export async function removeRule(
  sql: Sql,
  id: string,
  etag: string,
  { actor, rights, reason }: Doer,
): Promise<Outcome<AdminRule>> {
  const rule = await lockRule(sql, id)
  if (rule === null) return refused('not-found')
  if (!rights.can('rules.write', placeOf(rule))) return refused('not-yours')
  if (etag !== '*' && etag !== rule.etag) return refused('changed')
  await sql`delete from house.rule where id = ${id}`
  await recordChange(sql, {
    ...{ actor, action: 'rule.remove', subject: ruleSubject(rule), reason },
    ...{ association: rule.within, before: rule.snapshot, after: null },
  })
  return done(shown(rule))
}

/** `rule example.org guest`, as `apply` names it. */
export function ruleSubject({
  domain,
  network,
  site,
  association,
}: Pick<AdminRule, 'domain' | 'network' | 'site' | 'association'>): string {
  return ['rule', domain, network, site, association].filter((part) => part !== null).join(' ')
}

function placeOf({ within, site }: StoredRule): {
  association: string | null
  site: string | null
} {
  return { association: within, site }
}

/** As it is now, for this transaction alone to change: whoever comes second waits, and sees the change. */
async function lockRule(sql: Sql, id: string): Promise<StoredRule | null> {
  const [rule] = await sql<StoredRule[]>`
    select ${columns(sql)}, to_jsonb(r) - 'id' as snapshot,
           coalesce(r.association, (select s.association from house.site s where s.code = r.site)) as within
    from house.rule r where r.id = ${id} for update of r`
  if (rule !== undefined) return rule
  // Rows that one sees and may not change are not locked.
  const [seen] = await sql<StoredRule[]>`
    select ${columns(sql)}, to_jsonb(r) - 'id' as snapshot,
           coalesce(r.association, (select s.association from house.site s where s.code = r.site)) as within
    from house.rule r where r.id = ${id}`
  return seen ?? null
}

function shown({ snapshot: _, within: __, ...rule }: StoredRule): AdminRule {
  return rule
}

async function associationOf(
  sql: Sql,
  { site, association }: Pick<AdminRule, 'site' | 'association'>,
): Promise<{ readonly association: string | null } | 'unknown-site' | 'unknown-association'> {
  if (site !== null) {
    const [found] = await sql<{ association: string }[]>`
      select association from house.site where code = ${site}`
    return found ?? 'unknown-site'
  }
  if (association === null) return { association: null }
  const [found] = await sql`select from house.association where code = ${association}`
  return found === undefined ? 'unknown-association' : { association }
}
