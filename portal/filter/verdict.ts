import type { FilterAnswer } from './dns-message.ts'

/** What the DNS filter says of a name. */
export type FilterVerdict =
  | {
      readonly outcome: 'blocked'
      readonly cause: 'category' | 'rule' | 'other'
      /** As the list was declared; with the cause `category` only. */
      readonly category: string | null
      /** By which the filter names the rule or the list. */
      readonly reference: string | null
    }
  | {
      readonly outcome: 'free'
      /** Categories of lists that name it all the same; null: the filter did not tell. */
      readonly listed: readonly string[] | null
    }
  /** It did not answer, or not so that it could be understood. */
  | { readonly outcome: 'unknown' }

/** RFC 8914: Other Error, which a filter may say what it likes by. */
const OTHER = 0
/** RFC 8914: Blocked, Censored, Filtered. */
const BLOCKING: ReadonlySet<number> = new Set([15, 16, 17])
const NOERROR = 0
const NXDOMAIN = 3
/** What a list may be called; anything else is not shown. */
const VALUE = /^[\p{L}\p{N} _.:-]{1,40}$/u

/** How pages call ways round the filter. */
const BYPASS = 'proxy'

/** `listed=adult,games`; nothing after the sign is: no list. */
function listedIn(extended: FilterAnswer['extended']): readonly string[] | null {
  const listed = extended?.code === OTHER ? /^listed=(.*)$/.exec(extended.text)?.[1] : undefined
  return listed?.split(',').filter((category) => VALUE.test(category)) ?? null
}

/** EXTRA-TEXT as our filter writes it: `cat=adult;ref=K7F2`, `by=rule`. */
export function verdictOf({ rcode, extended }: FilterAnswer): FilterVerdict {
  if (rcode !== NOERROR && rcode !== NXDOMAIN) return { outcome: 'unknown' }
  if (extended === null || !BLOCKING.has(extended.code)) {
    return { outcome: 'free', listed: listedIn(extended) }
  }
  const said = new Map(
    extended.text.split(';').flatMap((pair) => {
      const [name = '', value = ''] = pair.split('=', 2)
      return VALUE.test(value) ? [[name.trim(), value]] : []
    }),
  )
  const by = said.get('by')
  const category = said.get('cat') ?? (by === 'bypass' ? BYPASS : null)
  const cause = category !== null ? 'category' : by === 'rule' ? 'rule' : 'other'
  return { outcome: 'blocked', cause, category, reference: said.get('ref') ?? null }
}
