import type { ScimGroup, ScimGroupWish } from '#db/scim-groups.ts'
import type { ScimFault } from './answer.ts'
import { SCIM_LIMITS } from './limits.ts'
import type { ScimOperation } from './operations.ts'
import { fault, isObject, textOf, valueOf } from './read.ts'
import type { Json } from './read.ts'

export const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group'

export function groupResource(group: ScimGroup, base: string): object {
  return {
    schemas: [GROUP_SCHEMA],
    id: group.id,
    ...(group.externalId === null ? {} : { externalId: group.externalId }),
    displayName: group.displayName,
    members: group.members.map(({ id, name }) => ({
      value: id,
      display: name,
      $ref: `${base}/Users/${id}`,
    })),
    meta: {
      resourceType: 'Group',
      created: group.createdAt.toISOString(),
      lastModified: group.changedAt.toISOString(),
      location: `${base}/Groups/${group.id}`,
    },
  }
}

export function readGroup(body: Json): ScimGroupWish | ScimFault {
  const members = membersOf(valueOf(body, 'members') ?? [])
  if (members === null) return badMembers()
  return checked({
    displayName: textOf(valueOf(body, 'displayName')),
    externalId: textOf(valueOf(body, 'externalId')),
    members: new Set(members),
  })
}

const ONE_MEMBER = /^members\[\s*value\s+eq\s+"(\d{1,18})"\s*\]$/

/** The same group after the operations of a PATCH. */
export function patchGroup(
  group: ScimGroup,
  operations: readonly ScimOperation[],
): ScimGroupWish | ScimFault {
  const wish: Parameters<typeof checked>[0] = {
    displayName: group.displayName,
    externalId: group.externalId,
    members: new Set(group.members.map(({ id }) => id)),
  }
  for (const { op, path, value } of operations) {
    const one = ONE_MEMBER.exec(path)?.[1]
    if (path === 'displayname') wish.displayName = op === 'remove' ? undefined : textOf(value)
    else if (path === 'externalid') wish.externalId = op === 'remove' ? null : textOf(value)
    else if (one !== undefined && op === 'remove') wish.members.delete(one)
    else if (path === 'members') {
      const named = value === undefined && op === 'remove' ? [...wish.members] : membersOf(value)
      if (named === null) return badMembers()
      if (op === 'replace') wish.members = new Set(named)
      else for (const id of named) wish.members[op === 'add' ? 'add' : 'delete'](id)
    } else if (path.startsWith('members')) {
      return fault('invalidPath', 'Members are named as members, or members[value eq "ID"].')
    }
    // Anything else is about what we do not keep.
  }
  return checked(wish)
}

function checked(wish: {
  displayName: string | null | undefined
  externalId: string | null | undefined
  members: Set<string>
}): ScimGroupWish | ScimFault {
  const { displayName, externalId, members } = wish
  if (typeof displayName !== 'string') {
    return fault('invalidValue', 'displayName is missing, or is not a text.')
  }
  if (externalId === undefined) return fault('invalidValue', 'externalId is not a text.')
  if (members.size > SCIM_LIMITS.members) {
    return fault('tooMany', `More than ${SCIM_LIMITS.members} members.`)
  }
  return { displayName, externalId, members: [...members] }
}

function membersOf(value: unknown): readonly string[] | null {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value]
  const ids = all.map((one) => (isObject(one) ? valueOf(one, 'value') : undefined))
  return ids.every((id): id is string => typeof id === 'string') ? ids : null
}

function badMembers(): ScimFault {
  return fault('invalidValue', 'members is no list of {"value": ID}.')
}
