import { isIP } from 'node:net'

const UNNAMED_HOST = 'radius.accueil.internal'

/** The name that devices check: the public one, if it is a name at all. */
export function serverName(publicUrl: URL): string {
  const host = publicUrl.hostname
  const isName = isIP(host.replace(/^\[|\]$/g, '')) === 0 && host !== 'localhost'
  return isName ? host : UNNAMED_HOST
}
