import { FilterParser } from 'ldapts'
import { reasonOf } from '#core/error.ts'

/**
 * A text as it may stand in a filter (RFC 4515 §3): whatever it is, it stays a value. Other octets stay
 * as they are: ldapts reads an escaped one as a character, which would break UTF-8.
 */
export function escapeFilterValue(text: string): string {
  return text.replace(
    /[\0()*\\]/g,
    (character) => `\\${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
}

/** Puts values in the place of `{name}`; what they hold is never read as a part of the filter. */
export function fillFilter(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name]
    return value === undefined ? whole : escapeFilterValue(value)
  })
}

/** What is wrong with a filter for people; null: nothing. */
export function userFilterProblem(template: string): string | null {
  if (!/\{(user|login)\}/.test(template)) {
    return 'must have {user} or {login} in it: without, everybody would be the same person'
  }
  const unknown = template.match(/\{(?!user\}|login\})[^}]*\}?/)
  if (unknown !== null) return `has ${unknown[0]} in it; there are {user} and {login}`
  try {
    FilterParser.parseString(fillFilter(template, { user: 'somebody', login: 'somebody' }))
    return null
  } catch (thrown) {
    return `is not a filter such as (uid={user}): ${reasonOf(thrown)}`
  }
}
