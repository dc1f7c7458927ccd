import { createHash } from 'node:crypto'
import { packListText } from '../lists.ts'
import type { StepContext, Step } from './step.ts'
import { NO_STEP, byKey, stepOf } from './step.ts'

export async function listStep({ kysely, declaration }: StepContext): Promise<Step> {
  if (declaration.lists === undefined) return NO_STEP
  const contents = new Map(declaration.lists.map((list) => [list.name, list.content]))
  const present = await kysely
    .selectFrom('house.list')
    .select(['name', 'category', 'blocks', 'sha256'])
    .execute()
  const desired = declaration.lists.map(({ name, category, block, content }) => ({
    name,
    category,
    blocks: [...new Set(block)].toSorted() as string[],
    sha256: createHash('sha256').update(content).digest('hex'),
  }))
  const withContent = (row: (typeof desired)[number]) => ({
    ...row,
    content: packListText(contents.get(row.name) ?? new Uint8Array()),
  })
  return stepOf(
    {
      what: 'list',
      present: byKey(present, ({ name }) => name),
      desired: byKey(desired, ({ name }) => name),
      complete: true,
    },
    {
      insert: (row) => kysely.insertInto('house.list').values(withContent(row)).execute(),
      update: (row) =>
        kysely
          .updateTable('house.list')
          .set(withContent(row))
          .where('name', '=', row.name)
          .execute(),
      remove: ({ name }) => kysely.deleteFrom('house.list').where('name', '=', name).execute(),
    },
  )
}

export async function ruleStep({ kysely, declaration, problems }: StepContext): Promise<Step> {
  if (declaration.rules === undefined) return NO_STEP
  const sites = await kysely.selectFrom('house.site').select('code').execute()
  const associations = await kysely.selectFrom('house.association').select('code').execute()
  const known = {
    site: new Set([...sites, ...(declaration.sites ?? [])].map(({ code }) => code)),
    association: new Set(
      [...associations, ...(declaration.associations ?? [])].map(({ code }) => code),
    ),
  }
  for (const rule of declaration.rules) {
    for (const scope of ['site', 'association'] as const) {
      const code = rule[scope]
      if (code === undefined || known[scope].has(code)) continue
      problems.push(`${declaration.origins.get(rule)}.${scope} "${code}" is not declared`)
    }
  }
  const desired = declaration.rules.map((rule) => ({
    action: rule.action,
    domain: rule.domain,
    network: rule.network ?? null,
    site: rule.site ?? null,
    association: rule.association ?? null,
    until: rule.until ?? null,
    note: rule.note ?? null,
    declared: true,
  }))
  type Row = (typeof desired)[number]
  const scopeOf = (rule: Row): string =>
    [rule.domain, rule.network, rule.site, rule.association].filter(Boolean).join(' ')
  const rows = await kysely
    .selectFrom('house.rule')
    .select(['action', 'domain', 'network', 'site', 'association', 'until', 'note', 'declared'])
    .execute()
  const wanted = new Set(desired.map(scopeOf))
  // What a command made stays, unless the files say something of the same.
  const present = rows
    .map(({ until, ...rule }) => ({ ...rule, until: until?.toISOString() ?? null }))
    .filter((rule) => rule.declared || wanted.has(scopeOf(rule)))
  const remove = (rule: Row): Promise<unknown> =>
    kysely
      .deleteFrom('house.rule')
      .where('domain', '=', rule.domain)
      .where('network', 'is not distinct from', rule.network)
      .where('site', 'is not distinct from', rule.site)
      .where('association', 'is not distinct from', rule.association)
      .execute()
  const insert = (rule: Row): Promise<unknown> =>
    kysely
      .insertInto('house.rule')
      .values({ ...rule, until: rule.until === null ? null : new Date(rule.until) })
      .execute()
  return stepOf(
    {
      what: 'rule',
      present: byKey(present, scopeOf),
      desired: byKey(desired, scopeOf),
      complete: true,
    },
    { insert, remove, update: (rule) => remove(rule).then(() => insert(rule)) },
  )
}
