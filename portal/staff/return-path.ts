/** Where somebody who signed in goes when nothing better is known. */
export const STAFF_HOME = '/staff'

const ROOMS = ['/staff', '/admin']
const LONGEST = 1_024

/**
 * The page that was asked for before the sign-in: of ours, and nowhere else. What comes in an address could
 * be written by anybody, and `//example.org`, `/\example.org` are other places to a browser.
 */
export function returnPath(asked: string | null | undefined): string {
  if (asked === null || asked === undefined || asked.length > LONGEST) return STAFF_HOME
  const base = 'http://ours.invalid'
  const url = URL.canParse(asked, base) ? new URL(asked, base) : null
  if (url === null || url.origin !== base || !asked.startsWith('/')) return STAFF_HOME
  const isOurs = ROOMS.some((room) => url.pathname === room || url.pathname.startsWith(`${room}/`))
  // What the URL parser made of it: without the dots, backslashes and line ends that came in.
  return isOurs && !url.pathname.startsWith('//') ? url.pathname + url.search : STAFF_HOME
}
