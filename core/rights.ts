/** What somebody may do in the house, and where: roles and their rights as one table. */

export const ROLES = [
  'national-admin',
  'association-admin',
  'list-editor',
  'place-helper',
  'log-reader',
  'log-approver',
  'auditor',
] as const
export type Role = (typeof ROLES)[number]

/** Each role's rights. No line has both `logs.search` and `logs.approve`. */
const RIGHTS = {
  'national-admin': [
    ...['associations.read', 'sites.read', 'sites.write', 'gateways.read', 'gateways.write'],
    ...[
      'rules.read',
      'rules.write',
      'roles.read',
      'roles.write',
      'jobs.read',
      'jobs.run',
      'audit.read',
    ],
    ...['alerts.read', 'radius.explain', 'guests.let-in', 'sessions.read', 'sessions.end'],
    ...['terms.read', 'terms.write', 'devices.read', 'devices.revoke', 'health.read'],
    ...['tokens.read', 'tokens.write'],
  ],
  'association-admin': [
    ...['associations.read', 'sites.read', 'sites.write', 'gateways.read', 'gateways.write'],
    ...['rules.read', 'rules.write', 'roles.read', 'roles.write', 'audit.read'],
    ...['alerts.read', 'radius.explain', 'guests.let-in', 'sessions.read', 'sessions.end'],
    'terms.read',
  ],
  'list-editor': ['associations.read', 'sites.read', 'rules.read', 'rules.write'],
  'place-helper': [
    ...['associations.read', 'sites.read', 'gateways.read', 'rules.read'],
    ...['radius.explain', 'guests.let-in', 'sessions.read', 'sessions.end'],
  ],
  'log-reader': ['associations.read', 'sites.read', 'logs.search'],
  'log-approver': ['associations.read', 'sites.read', 'logs.approve'],
  auditor: [
    ...['associations.read', 'sites.read', 'gateways.read', 'rules.read'],
    ...['roles.read', 'jobs.read', 'audit.read', 'alerts.read', 'terms.read'],
    ...['devices.read', 'health.read'],
  ],
} as const satisfies Readonly<Record<Role, readonly string[]>>

export type Action = (typeof RIGHTS)[Role][number]

export const ACTIONS: readonly Action[] = [...new Set(Object.values(RIGHTS).flat())].toSorted()

/** Roles that mean nothing without a place or an association. */
export const LOCAL_ROLES: readonly Role[] = ['association-admin', 'place-helper']

/** What an administrator of some associations may give there: none is above their own, none looks into the log. */
const GIVEN_LOCALLY: readonly Role[] = [
  'association-admin',
  'list-editor',
  'place-helper',
  'auditor',
]

/** Roles that one person never has both of: a pack of the log takes two people. */
export const APART: readonly [Role, Role] = ['log-reader', 'log-approver']

export interface RoleGrant {
  /** `group:NAME` or `person:ACCOUNT`, in lower case. */
  readonly subject: string
  readonly role: Role
  /** Both null: everywhere. */
  readonly associations: readonly string[] | null
  readonly sites: readonly string[] | null
  /** The last day, which counts, in UTC: `2026-12-31`. Null: no end. */
  readonly until: string | null
}

/** Whoever signed in; both in any case. */
export interface Subject {
  readonly account: string
  readonly groups: readonly string[]
}

/** Where something may be done. */
export interface Reach {
  readonly everywhere: boolean
  readonly associations: readonly string[]
  readonly sites: readonly string[]
}

/** Of which association and place something is; both null: of the whole house. */
export interface Place {
  readonly association: string | null
  readonly site: string | null
}

export interface Rights {
  readonly roles: readonly Role[]
  /** True: this person was given both of `APART`, so neither counts until one is taken away. */
  readonly conflict: boolean
  reach(action: Action): Reach
  /** Anywhere at all. */
  has(action: Action): boolean
  can(action: Action, place: Place): boolean
}

export const EVERYWHERE: Reach = { everywhere: true, associations: [], sites: [] }
const NOWHERE: Reach = { everywhere: false, associations: [], sites: [] }

export function actionsOf(role: Role): readonly Action[] {
  return RIGHTS[role]
}

/** Which roles somebody may give, as far as they may give any. */
export function rolesToGive(rights: Rights): readonly Role[] {
  if (!rights.has('roles.write')) return []
  return rights.reach('roles.write').everywhere ? ROLES : GIVEN_LOCALLY
}

/** The names by which grants can mean this person. */
export function subjectsOf({ account, groups }: Subject): readonly string[] {
  return [`person:${account}`, ...groups.map((group) => `group:${group}`)].map((name) =>
    name.toLowerCase(),
  )
}

export function rightsOf(person: Subject, grants: readonly RoleGrant[], now: number): Rights {
  const names = new Set(subjectsOf(person))
  const today = new Date(now).toISOString().slice(0, 10)
  const given = grants.filter(
    ({ subject, until }) => names.has(subject) && (until === null || today <= until),
  )
  const conflict = APART.every((role) => given.some((grant) => grant.role === role))
  const held = conflict ? given.filter(({ role }) => !APART.includes(role)) : given
  const roles = ROLES.filter((role) => held.some((grant) => grant.role === role))
  const reach = (action: Action): Reach =>
    joined(held.filter(({ role }) => actionsOf(role).includes(action)))
  return {
    ...rightsWithin(reach, roles),
    conflict,
  }
}

/** The rights of a token: what it is for, as far as it reaches. */
export function rightsOfToken(
  scopes: readonly string[],
  associations: readonly string[] | null,
): Rights {
  const where = associations === null ? EVERYWHERE : { ...NOWHERE, associations }
  const reach = (action: Action): Reach => (scopes.includes(action) ? where : NOWHERE)
  return { ...rightsWithin(reach, []), conflict: false }
}

function rightsWithin(
  reach: (action: Action) => Reach,
  roles: readonly Role[],
): Omit<Rights, 'conflict'> {
  return {
    roles,
    reach,
    has: (action) => !isNowhere(reach(action)),
    can: (action, place) => isWithin(reach(action), place),
  }
}

function isWithin(reach: Reach, { association, site }: Place): boolean {
  return (
    reach.everywhere ||
    (association !== null && reach.associations.includes(association)) ||
    (site !== null && reach.sites.includes(site))
  )
}

function isNowhere({ everywhere, associations, sites }: Reach): boolean {
  return !everywhere && associations.length === 0 && sites.length === 0
}

function joined(grants: readonly RoleGrant[]): Reach {
  const isEverywhere = grants.some(
    ({ associations, sites }) => associations === null && sites === null,
  )
  if (isEverywhere) return EVERYWHERE
  return {
    everywhere: false,
    associations: [...new Set(grants.flatMap(({ associations }) => associations ?? []))],
    sites: [...new Set(grants.flatMap(({ sites }) => sites ?? []))],
  }
}
