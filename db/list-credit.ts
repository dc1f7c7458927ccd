/** Who made a list, and under what licence it may be shown: whoever shows it has to say so. */
export interface ListCredit {
  readonly by: string
  readonly licence: string
  readonly licenceUrl: string
}

const TOULOUSE: ListCredit = {
  by: 'Université Toulouse Capitole',
  licence: 'CC BY-SA 4.0',
  licenceUrl: 'https://creativecommons.org/licenses/by-sa/4.0/',
}

/** Of a list by where it is fetched: the university's own servers, or a mirror that keeps its name. */
export function creditOf(url: string | null): ListCredit | null {
  if (url === null || !URL.canParse(url)) return null
  const { hostname, pathname } = new URL(url)
  const isTheirs = /(^|\.)(ut-capitole|univ-tlse1)\.fr$/.test(hostname)
  return isTheirs || /\/ut1-blacklists(\/|$)/.test(pathname) ? TOULOUSE : null
}
