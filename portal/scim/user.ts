import type { ScimUser, ScimUserWish } from '#db/scim-people.ts'
import type { ScimFault } from './answer.ts'
import type { ScimOperation } from './operations.ts'
import { booleanOf, fault, isObject, textOf, valueOf } from './read.ts'
import type { Json } from './read.ts'

export const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User'

/** As RADIUS takes a name. */
const LONGEST_NAME_OCTETS = 160

/** RFC 7643 §4.1, of which the rest is not kept: the least of personal data. */
export function userResource(user: ScimUser, base: string): object {
  return {
    schemas: [USER_SCHEMA],
    id: user.id,
    ...(user.externalId === null ? {} : { externalId: user.externalId }),
    userName: user.userName,
    displayName: user.displayName,
    name: { formatted: user.displayName },
    ...(user.mail === null ? {} : { emails: [{ value: user.mail, primary: true }] }),
    active: user.active,
    groups: user.groups.map(({ id, name }) => ({
      value: id,
      display: name,
      $ref: `${base}/Groups/${id}`,
    })),
    meta: {
      resourceType: 'User',
      created: user.createdAt.toISOString(),
      lastModified: user.changedAt.toISOString(),
      location: `${base}/Users/${user.id}`,
    },
  }
}

/** What a POST or PUT says somebody is; attributes that we do not keep are passed over. */
export function readUser(body: Json): ScimUserWish | ScimFault {
  const userName = textOf(valueOf(body, 'userName'))
  const externalId = textOf(valueOf(body, 'externalId'))
  const given = valueOf(body, 'active')
  const active = given === undefined || given === null ? true : booleanOf(given)
  const mail = mailOf(valueOf(body, 'emails'))
  const called = nameOf(valueOf(body, 'displayName'), valueOf(body, 'name'))
  const wish = { userName, externalId, active, mail, displayName: called }
  return checked({ ...wish, displayName: called === null ? userName : called })
}

/** The same person after the operations of a PATCH. */
export function patchUser(
  user: ScimUser,
  operations: readonly ScimOperation[],
): ScimUserWish | ScimFault {
  const wish: Parameters<typeof checked>[0] = { ...user }
  for (const { op, path, value } of operations) {
    const isGone = op === 'remove'
    if (path === 'active') wish.active = isGone ? undefined : booleanOf(value)
    else if (path === 'username') wish.userName = isGone ? null : textOf(value)
    else if (path === 'externalid') wish.externalId = isGone ? null : textOf(value)
    else if (path === 'displayname' || path === 'name.formatted') {
      wish.displayName = isGone ? wish.userName : (textOf(value) ?? undefined)
    } else if (path === 'name') {
      wish.displayName = nameOf(undefined, value) ?? wish.displayName
    } else if (path === 'emails') wish.mail = isGone ? null : mailOf(value)
    else if (/^emails\[.*\]\.value$/.test(path)) wish.mail = isGone ? null : textOf(value)
    // Anything else is about what we do not keep.
  }
  return checked(wish)
}

/** `undefined` stands for what is there and is not right. */
function checked(wish: {
  userName: string | null | undefined
  externalId: string | null | undefined
  displayName: string | null | undefined
  mail: string | null | undefined
  active: boolean | undefined
}): ScimUserWish | ScimFault {
  const { userName, externalId, displayName, mail, active } = wish
  if (typeof userName !== 'string' || Buffer.byteLength(userName) > LONGEST_NAME_OCTETS) {
    return fault(
      'invalidValue',
      `userName is missing, or no text of ${LONGEST_NAME_OCTETS} octets.`,
    )
  }
  if (active === undefined) return fault('invalidValue', 'active is neither true nor false.')
  if (externalId === undefined) return fault('invalidValue', 'externalId is not a text.')
  if (mail === undefined) return fault('invalidValue', 'emails is no list of addresses.')
  if (typeof displayName !== 'string') return fault('invalidValue', 'displayName is not a text.')
  return { userName, externalId, displayName, mail, active }
}

function nameOf(displayName: unknown, name: unknown): string | null | undefined {
  const display = textOf(displayName)
  if (display !== null) return display
  if (!isObject(name)) return null
  const formatted = textOf(valueOf(name, 'formatted'))
  if (formatted !== null) return formatted
  const parts = [textOf(valueOf(name, 'givenName')), textOf(valueOf(name, 'familyName'))]
  const whole = parts.filter((part) => typeof part === 'string').join(' ')
  return whole === '' ? null : whole
}

/** The primary one, else the first. */
function mailOf(emails: unknown): string | null | undefined {
  if (emails === undefined || emails === null) return null
  if (!Array.isArray(emails)) return undefined
  const all = emails.filter(isObject)
  const chosen = all.find((one) => booleanOf(valueOf(one, 'primary')) === true) ?? all[0]
  return chosen === undefined ? null : textOf(valueOf(chosen, 'value'))
}
