/** Only the copies that are chosen at the top of the dashboard. */
const CHOSEN = 'job="accueil",instance=~"$instance"'

/** One metric of the chosen copies: `only` are more matchers. */
export function of(name: string, only = ''): string {
  return `${name}{${CHOSEN}${only === '' ? '' : `,${only}`}}`
}

/** A second, of all chosen copies together; `by` a label. */
export function perSecond(name: string, by = '', only = ''): string {
  return `sum${by === '' ? '' : ` by (${by})`} (rate(${of(name, only)}[$__rate_interval]))`
}

/** The time below which this share of all stays. */
export function quantile(share: number, histogram: string): string {
  return `histogram_quantile(${share}, sum by (le) (rate(${of(`${histogram}_bucket`)}[$__rate_interval])))`
}

/** A share of all; nothing where there was nothing. */
export function share(part: string, all: string): string {
  return `${part} / (${all} > 0)`
}
