import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { Tables } from '../tables.ts'
import type { Declaration } from './read.ts'

/**
 * `managed: pages`: it was made on a page, by the API or by a command, and stays theirs. `apply` makes it where it
 * is missing, as after a restore, and leaves it alone where it is there.
 */
export const managedSchema = z
  .literal('pages', 'can only be pages: leave it out for what the files own')
  .optional()

interface Managed {
  readonly managed?: 'pages' | undefined
}

export function isDeclared({ managed }: Managed): boolean {
  return managed === undefined
}

/** The declaration without what pages and commands manage already. */
export async function withoutManagedElsewhere(
  kysely: Kysely<Tables>,
  declaration: Declaration,
): Promise<Declaration> {
  const { sites, lists, rules, roles, deviceKeys } = declaration
  const all: readonly Managed[] = [sites, lists, rules, roles, deviceKeys].flatMap(
    (section): readonly Managed[] => section ?? [],
  )
  if (all.every(isDeclared)) return declaration
  const there = await managedElsewhere(kysely)
  const rest = <T extends Managed>(
    things: readonly T[] | undefined,
    known: ReadonlySet<string>,
    key: (thing: T) => string,
  ): T[] | undefined => things?.filter((thing) => isDeclared(thing) || !known.has(key(thing)))
  return {
    ...declaration,
    sites: rest(sites, there.sites, ({ code }) => code),
    lists: rest(lists, there.lists, ({ name }) => name),
    rules: rest(rules, there.rules, ruleKey),
    roles: rest(roles, there.roles, givenRoleKey),
    deviceKeys: rest(deviceKeys, there.deviceKeys, ({ name }) => name),
  }
}

async function managedElsewhere(kysely: Kysely<Tables>) {
  const [sites, lists, rules, roles, deviceKeys] = await Promise.all([
    kysely.selectFrom('house.site').select('code').where('declared', '=', false).execute(),
    kysely.selectFrom('house.list').select('name').where('made_by', '=', 'command').execute(),
    kysely
      .selectFrom('house.rule')
      .select(['domain', 'network', 'site', 'association'])
      .where('declared', '=', false)
      .execute(),
    kysely
      .selectFrom('house.role_grant')
      .select(['subject', 'role', 'associations', 'sites'])
      .where('declared', '=', false)
      .execute(),
    kysely.selectFrom('staff.device_key').select('name').where('declared', '=', false).execute(),
  ])
  return {
    sites: new Set(sites.map(({ code }) => code)),
    lists: new Set(lists.map(({ name }) => name)),
    rules: new Set(rules.map(ruleKey)),
    roles: new Set(roles.map(givenRoleKey)),
    deviceKeys: new Set(deviceKeys.map(({ name }) => name)),
  }
}

/** As what a page has given is told apart: by where, too. */
export function givenRoleKey(grant: {
  readonly subject: string
  readonly role: string
  readonly associations?: readonly string[] | null | undefined
  readonly sites?: readonly string[] | null | undefined
}): string {
  const { subject, role, associations, sites } = grant
  return [subject, role, ...(associations ?? []).toSorted(), ...(sites ?? []).toSorted()].join(' ')
}

function ruleKey(rule: {
  readonly domain: string
  readonly network?: string | null | undefined
  readonly site?: string | null | undefined
  readonly association?: string | null | undefined
}): string {
  return JSON.stringify([
    rule.domain,
    rule.network ?? null,
    rule.site ?? null,
    rule.association ?? null,
  ])
}
