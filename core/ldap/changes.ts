import { accountName } from './account-name.ts'
import type { LdapEntry, PagedEntries, Search } from './connection.ts'
import type { DirectoryKind, DirectorySettings } from './directory-settings.ts'
import { firstRdnValue, isBelow } from './distinguished-name.ts'
import type { LdapOutcome } from './fault.ts'
import { DIRECTORY_LIMITS } from './limits.ts'

/** An entry of the directory that was written lately. */
export interface DirectoryChange {
  readonly kind: 'person' | 'group'
  /** Of a person the account, of a group its name; lower case. */
  readonly name: string
  /** By the directory's own clock, to the second. */
  readonly at: number
  /** Another one for each time it is written. */
  readonly version: string
}

export interface DirectoryChanges {
  readonly changes: readonly DirectoryChange[]
  /** There were more than are looked at, or than the server gives. */
  readonly isCut: boolean
}

interface Stamps {
  /** When an entry was written last: generalizedTime (RFC 4517 §3.3.13). */
  readonly time: string
  /** Tells two writes in one second apart. */
  readonly version: string
  readonly person: string
}

const STAMPS: Readonly<Record<DirectoryKind, Stamps>> = {
  openldap: { time: 'modifyTimestamp', version: 'entryCSN', person: 'uid' },
  'active-directory': { time: 'whenChanged', version: 'uSNChanged', person: 'sAMAccountName' },
}

const GROUP_CLASSES: ReadonlySet<string> = new Set([
  'group',
  'groupofnames',
  'groupofuniquenames',
  'posixgroup',
])

/** People and groups that were written at `since`, in milliseconds, or later. What was deleted is not among them. */
export async function findChanges(
  kind: DirectoryKind,
  settings: DirectorySettings,
  since: number,
  ask: (search: Search) => Promise<LdapOutcome<PagedEntries>>,
): Promise<LdapOutcome<DirectoryChanges>> {
  const { baseDn, groups } = settings
  const stamps = STAMPS[kind]
  const bases =
    groups.baseDn === null || isBelow(groups.baseDn, baseDn) ? [baseDn] : [baseDn, groups.baseDn]
  const changes: DirectoryChange[] = []
  let isCut = false
  for (const base of bases) {
    const found = await ask({
      base,
      scope: 'sub',
      filter: `(${stamps.time}>=${generalizedTime(since)})`,
      attributes: ['objectClass', 'cn', stamps.person, stamps.time, stamps.version],
      most: DIRECTORY_LIMITS.changes,
    })
    if (!found.ok) return found
    isCut ||= found.value.isCut
    changes.push(...found.value.entries.flatMap((entry) => changeOf(entry, stamps, settings)))
  }
  return { ok: true, value: { changes, isCut } }
}

function changeOf(
  entry: LdapEntry,
  stamps: Stamps,
  settings: DirectorySettings,
): readonly DirectoryChange[] {
  const first = (name: string): string | undefined => entry.attributes.get(name.toLowerCase())?.[0]
  const at = timeOf(first(stamps.time) ?? '')
  if (at === null) return []
  const version = `${entry.dn}\n${first(stamps.version) ?? first(stamps.time) ?? ''}`
  const classes = entry.attributes.get('objectclass') ?? []
  if (classes.some((one) => GROUP_CLASSES.has(one.toLowerCase()))) {
    const name = (first('cn') ?? firstRdnValue(entry.dn)).toLowerCase()
    return [{ kind: 'group', name, at, version }]
  }
  const user = first(stamps.person)?.toLowerCase()
  if (user === undefined) return []
  return [{ kind: 'person', name: accountName(settings, user), at, version }]
}

function generalizedTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}.0Z`
}

/** `20261128201500Z`, with or without a fraction, in milliseconds to the second. */
function timeOf(text: string): number | null {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:[.,]\d+)?Z$/.exec(text)
  if (match === null) return null
  const [, year, month, day, hour, minute, second] = match.map(Number)
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second)
}
