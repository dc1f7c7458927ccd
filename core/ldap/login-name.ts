/** In UTF-16 units. RFC 2865 §5.1 gives User-Name 253 octets at most; nobody has such a name. */
export const LONGEST_LOGIN_NAME = 253

export interface LoginName {
  /** As it was typed. */
  readonly text: string
  readonly user: string
  /** Lower case; empty where the name has none. */
  readonly realm: string
}

/** `bob`, `bob@restos.example` (RFC 7542: the last @ counts) or `RESTOS\bob`. */
export function parseLoginName(text: string): LoginName {
  const at = text.lastIndexOf('@')
  if (at >= 0) return { text, user: text.slice(0, at), realm: realmOf(text.slice(at + 1)) }
  const slash = text.indexOf('\\')
  if (slash >= 0) return { text, user: text.slice(slash + 1), realm: realmOf(text.slice(0, slash)) }
  return { text, user: text, realm: '' }
}

function realmOf(text: string): string {
  return text.toLowerCase().replace(/\.$/, '')
}

/** `bob` or `bob@realm`, in lower case and without what no database or screen takes: to look a person up by. */
export function nameToFind(text: string): string {
  const { user, realm } = parseLoginName(text)
  const plain = (part: string): string =>
    part
      .toLowerCase()
      .replace(/\p{Cc}/gu, '')
      .toWellFormed()
  return realm === '' ? plain(user) : `${plain(user)}@${plain(realm)}`
}

/** In octets of UTF-8: with a realm and a Class around it, it still fits one attribute of RADIUS. */
const LONGEST_USER = 160

/** Not empty, not long, and no control character, which some servers drop or end the name at. */
export function isSearchableUser(user: string): boolean {
  return user !== '' && Buffer.byteLength(user) <= LONGEST_USER && !/\p{Cc}/u.test(user)
}
