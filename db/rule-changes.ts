import type { Transaction } from 'kysely'
import { writeAudit } from './audit.ts'
import type { Database } from './connection.ts'
import type { Rule } from './rules.ts'
import type { Tables } from './tables.ts'

type Scope = Pick<Rule, 'domain' | 'network' | 'site' | 'association'>

/** Sets what is said of a domain there, in place of what was; what it replaces, or null. */
export async function setRule(
  { kysely }: Pick<Database, 'kysely'>,
  rule: Rule,
  actor: string,
): Promise<Rule['action'] | null> {
  return kysely.transaction().execute(async (trx) => {
    const former = await remove(trx, rule)
    const { until, note } = rule
    await trx
      .insertInto('house.rule')
      .values({
        ...{ action: rule.action, domain: rule.domain, network: rule.network },
        ...{ site: rule.site, association: rule.association, note },
        until: until === null ? null : new Date(until),
        declared: false,
        made_by: actor,
      })
      .execute()
    await writeAudit(trx, {
      actor,
      action: `rules.${rule.action}`,
      subject: subjectOf(rule),
      reason: note,
      details: { until: until === null ? null : new Date(until).toISOString(), former },
    })
    return former
  })
}

/** False: there was no rule for this domain there. */
export async function removeRule(
  { kysely }: Pick<Database, 'kysely'>,
  scope: Scope,
  actor: string,
): Promise<boolean> {
  return kysely.transaction().execute(async (trx) => {
    const former = await remove(trx, scope)
    if (former === null) return false
    await writeAudit(trx, {
      actor,
      action: 'rules.remove',
      subject: subjectOf(scope),
      reason: null,
      details: { former },
    })
    return true
  })
}

async function remove(trx: Transaction<Tables>, scope: Scope): Promise<Rule['action'] | null> {
  const row = await trx
    .deleteFrom('house.rule')
    .where('domain', '=', scope.domain)
    .where('network', 'is not distinct from', scope.network)
    .where('site', 'is not distinct from', scope.site)
    .where('association', 'is not distinct from', scope.association)
    .returning('action')
    .executeTakeFirst()
  return row?.action ?? null
}

function subjectOf({ domain, network, site, association }: Scope): string {
  return [domain, site ?? association, network].filter((part) => part !== null).join(' ')
}
