import type { LdapEntry, PagedEntries, Search } from './connection.ts'
import type { DirectoryKind, DirectorySettings } from './directory-settings.ts'
import { firstRdnValue, isBelow } from './distinguished-name.ts'
import type { LdapOutcome } from './fault.ts'
import { escapeFilterValue } from './filter.ts'
import { DIRECTORY_LIMITS } from './limits.ts'

export interface GroupsFound {
  /** Lower case, sorted. */
  readonly names: readonly string[]
  /** There were more, or they lay deeper, than is looked at. */
  readonly isCut: boolean
}

export type Ask = (search: Search) => Promise<LdapOutcome<PagedEntries>>

export interface Person {
  readonly dn: string
  readonly username: string
  readonly memberOf: readonly string[]
}

/** LDAP_MATCHING_RULE_IN_CHAIN: Active Directory follows groups of groups itself. */
const IN_CHAIN = '1.2.840.113556.1.4.1941'

/** The groups of a person, with those that hold these, as far as settings and limits go. */
export function findGroups(
  kind: DirectoryKind,
  settings: DirectorySettings,
  person: Person,
  ask: Ask,
): Promise<LdapOutcome<GroupsFound>> {
  if (kind === 'active-directory' && settings.groups.nested) return byChain(settings, person, ask)
  return byLevel(kind, settings, person, ask)
}

async function byChain(
  settings: DirectorySettings,
  { dn }: Person,
  ask: Ask,
): Promise<LdapOutcome<GroupsFound>> {
  const filter = `(member:${IN_CHAIN}:=${escapeFilterValue(dn)})`
  const found = await ask(searchIn(settings, filter))
  if (!found.ok) return found
  const groups = new Map(found.value.entries.map((entry) => [entry.dn, entry]))
  return { ok: true, value: collected([...groups.values()].map(nameOf), found.value.isCut) }
}

/** Level by level; a group met before is not followed again, so that a ring of groups ends. */
async function byLevel(
  kind: DirectoryKind,
  settings: DirectorySettings,
  person: Person,
  ask: Ask,
): Promise<LdapOutcome<GroupsFound>> {
  const names: string[] = []
  const seen = new Set<string>([person.dn.toLowerCase()])
  let isCut = false
  const meet = (groups: readonly { dn: string; name: string }[]): string[] => {
    const fresh: string[] = []
    for (const { dn, name } of groups) {
      if (seen.has(dn.toLowerCase())) continue
      if (names.length >= DIRECTORY_LIMITS.groups) {
        isCut = true
        break
      }
      seen.add(dn.toLowerCase())
      names.push(name)
      fresh.push(dn)
    }
    return fresh
  }

  const groupsOf = ({ entries, isCut: isShort }: PagedEntries): { dn: string; name: string }[] => {
    isCut ||= isShort
    return entries.map((entry) => ({ dn: entry.dn, name: nameOf(entry) }))
  }

  let level: string[]
  if (kind === 'active-directory' || settings.groups.from === 'memberOf') {
    const base = settings.groups.baseDn ?? settings.baseDn
    const direct = person.memberOf.filter((dn) => isBelow(dn, base))
    level = meet(direct.map((dn) => ({ dn, name: firstRdnValue(dn).toLowerCase() })))
  } else {
    const found = await ask(searchIn(settings, memberFilter([person.dn], person.username)))
    if (!found.ok) return found
    level = meet(groupsOf(found.value))
  }
  if (!settings.groups.nested) return { ok: true, value: collected(names, isCut) }

  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth >= DIRECTORY_LIMITS.groupDepth) {
      isCut = true
      break
    }
    const above: string[] = []
    for (let at = 0; at < level.length; at += DIRECTORY_LIMITS.groupsInFilter) {
      const members = level.slice(at, at + DIRECTORY_LIMITS.groupsInFilter)
      const found = await ask(searchIn(settings, memberFilter(members, null)))
      if (!found.ok) return found
      above.push(...meet(groupsOf(found.value)))
    }
    level = above
  }
  return { ok: true, value: collected(names, isCut) }
}

function searchIn(settings: DirectorySettings, filter: string): Search {
  return {
    base: settings.groups.baseDn ?? settings.baseDn,
    scope: 'sub',
    filter,
    attributes: ['cn'],
    most: DIRECTORY_LIMITS.groups,
  }
}

/** groupOfNames, groupOfUniqueNames, and posixGroup, which knows people by name. */
function memberFilter(members: readonly string[], uid: string | null): string {
  const parts = members.flatMap((dn) => {
    const value = escapeFilterValue(dn)
    return [`(member=${value})`, `(uniqueMember=${value})`]
  })
  if (uid !== null) parts.push(`(memberUid=${escapeFilterValue(uid)})`)
  return `(|${parts.join('')})`
}

function nameOf(entry: LdapEntry): string {
  return (entry.attributes.get('cn')?.[0] ?? firstRdnValue(entry.dn)).toLowerCase()
}

function collected(names: readonly string[], isCut: boolean): GroupsFound {
  const all = [...new Set(names)].toSorted()
  return {
    names: all.slice(0, DIRECTORY_LIMITS.groups),
    isCut: isCut || all.length > DIRECTORY_LIMITS.groups,
  }
}
