import { createHash } from 'node:crypto'
import type { Seal } from '#core/seal.ts'
import { listKeyContext } from '../list-keys.ts'
import { packListText } from '../lists.ts'
import { isDeclared } from './managed.ts'
import type { StepContext, Step } from './step.ts'
import { NO_STEP, byKey, stepOf } from './step.ts'

/** Of a list that is fetched, the text is not declared: it has the one it has, at first an empty one. */
export async function listStep({ kysely, declaration, seal }: StepContext): Promise<Step> {
  if (declaration.lists === undefined) return NO_STEP
  const contents = new Map(declaration.lists.map((list) => [list.name, list.content]))
  const rows = await kysely
    .selectFrom('house.list')
    .leftJoin('house.list_source', 'house.list_source.list', 'house.list.name')
    .select(['name', 'category', 'blocks', 'sha256', 'made_by', 'url', 'folder', 'allow_private'])
    .select(['tsig_name', 'tsig_algorithm', 'tsig_secret'])
    .execute()
  const present = rows.map(({ made_by, allow_private, ...row }) => ({
    ...row,
    allow_private: allow_private ?? false,
    tsig_secret: row.tsig_secret === null ? null : opened(seal, row.name, row.tsig_secret),
    made_by: made_by as string,
  }))
  const texts = new Map(present.map(({ name, sha256 }) => [name, sha256]))
  const desired = declaration.lists.map((list) => ({
    name: list.name,
    category: list.category,
    blocks: [...new Set(list.block)].toSorted() as string[],
    sha256: list.content === null ? (texts.get(list.name) ?? NO_TEXT) : digest(list.content),
    url: list.url ?? null,
    folder: list.folder ?? null,
    allow_private: list.allow_private,
    tsig_name: list.tsig?.name ?? null,
    tsig_algorithm: list.tsig?.algorithm ?? null,
    tsig_secret: list.tsig?.secret ?? null,
    made_by: isDeclared(list) ? 'declaration' : 'command',
  }))
  type Row = (typeof desired)[number]
  async function write(whole: Row): Promise<void> {
    const { url, folder, allow_private, tsig_name, tsig_algorithm, tsig_secret, ...row } = whole
    const content = contents.get(row.name) ?? null
    const list = { ...row, made_by: row.made_by === 'command' ? 'command' : 'declaration' } as const
    if (texts.has(row.name)) {
      const changed = content === null ? list : { ...list, content: packListText(content) }
      await kysely.updateTable('house.list').set(changed).where('name', '=', row.name).execute()
    } else {
      const fresh = { ...list, content: packListText(content ?? new Uint8Array()) }
      await kysely.insertInto('house.list').values(fresh).execute()
    }
    await kysely.deleteFrom('house.list_source').where('list', '=', row.name).execute()
    if (url === null) {
      await kysely.deleteFrom('house.list_state').where('list', '=', row.name).execute()
      return
    }
    const sealed =
      tsig_secret === null
        ? null
        : seal.seal(Buffer.from(tsig_secret, 'base64'), listKeyContext(row.name))
    const key = { tsig_name, tsig_algorithm, tsig_secret: sealed }
    const source = { list: row.name, url, folder, allow_private, ...key }
    await kysely.insertInto('house.list_source').values(source).execute()
  }
  return stepOf(
    {
      what: 'list',
      // What a command added stays, unless the files declare one of that name.
      present: byKey(
        present.filter(({ name, made_by }) => made_by === 'declaration' || contents.has(name)),
        ({ name }) => name,
      ),
      desired: byKey(desired, ({ name }) => name),
      complete: true,
      hidden: ['tsig_secret'],
    },
    {
      insert: write,
      update: write,
      remove: ({ name }) => kysely.deleteFrom('house.list').where('name', '=', name).execute(),
    },
  )
}

/** Base64, as it is declared; '' where it was sealed under another master key, and is written anew. */
function opened(seal: Seal, list: string, sealed: string): string {
  return Buffer.from(seal.open(sealed, listKeyContext(list)) ?? []).toString('base64')
}

function digest(text: Uint8Array): string {
  return createHash('sha256').update(text).digest('hex')
}

const NO_TEXT = digest(new Uint8Array())

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
    declared: isDeclared(rule),
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
