import { z } from 'zod'

const MOST_ROWS = 500
const DEFAULT_ROWS = 100

/** The parameters of every list. */
export const pageQuery = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MOST_ROWS)
    .default(DEFAULT_ROWS)
    .meta({ description: 'Rows of one page.' }),
  cursor: z.string().max(600).optional().meta({
    description: 'From "next" of the page before. The other parameters stay as they were.',
  }),
}

/** The last row's keys, by which the next page is found: what is added meanwhile moves nothing. */
export function writePlace(keys: readonly string[]): string {
  return Buffer.from(JSON.stringify(keys)).toString('base64url')
}

/** Null for what is no place of such a page. */
export function readPlace(cursor: string, patterns: readonly RegExp[]): readonly string[] | null {
  try {
    const read = z
      .array(z.string())
      .length(patterns.length)
      .safeParse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))
    if (!read.success) return null
    return read.data.every((key, i) => patterns[i]?.test(key) === true) ? read.data : null
  } catch {
    return null
  }
}

export const BAD_CURSOR = {
  problem: 'bad-parameter',
  detail: 'cursor is not from a page of this address',
} as const

/** One more row than a page has was asked for: whether there is a next one. */
export function cutPage<T>(
  rows: readonly T[],
  limit: number,
  keys: (row: T) => readonly string[],
): { readonly rows: readonly T[]; readonly next: string | null } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const next = rows.length > limit && last !== undefined ? writePlace(keys(last)) : null
  return { rows: shown, next }
}
