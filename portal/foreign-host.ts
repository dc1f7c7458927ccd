/** Under these a portal may be reached from inside, by a name that nobody can visit. */
const OF_THE_HOUSE = ['local', 'localhost', 'internal', 'home.arpa', 'lan', 'test']
const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/
const LONGEST_NAME = 253

/** Ours whatever the name in the address is: a page that is open goes on under the name it has. */
const OWN_PATHS = [
  ...['/guest', '/captive-portal/', '/api/', '/staff', '/admin', '/poster', '/accessibility'],
  '/favicon.ico',
]

/**
 * The name of another site, in lower case, whose page was asked of us; null where it is our own name, an
 * address, no name of the internet, or a path of ours.
 */
export function foreignHost(url: URL, publicUrl: URL): string | null {
  const name = url.hostname.replace(/\.$/, '')
  if (name === publicUrl.hostname || !name.includes('.') || name.length > LONGEST_NAME) return null
  if (OWN_PATHS.some((path) => url.pathname.startsWith(path))) return null
  if (OF_THE_HOUSE.some((zone) => name.endsWith(`.${zone}`))) return null
  const labels = name.split('.')
  const isName = labels.every((label) => LABEL.test(label))
  return isName && !/^\d+$/.test(labels.at(-1) ?? '') ? name : null
}
