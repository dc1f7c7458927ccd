import type { Context } from 'hono'
import type { ScimPage } from '#db/scim-people.ts'
import { readBody } from '../read-form.ts'
import type { ScimFault } from './answer.ts'
import { SCIM_LIMITS } from './limits.ts'

export type Json = Readonly<Record<string, unknown>>

export function isFault(read: object): read is ScimFault {
  return 'fault' in read
}

export function fault(type: ScimFault['fault'], detail: string): ScimFault {
  return { fault: type, detail }
}

/** The body as an object, whose names are as they came; attribute names have no case (RFC 7643 §2.1). */
export async function readJson(c: Context): Promise<Json | ScimFault> {
  const bytes = await readBody(c, SCIM_LIMITS.bodyBytes)
  if (bytes === 'too-large') {
    return fault('tooMany', `The body has more than ${SCIM_LIMITS.bodyBytes} bytes.`)
  }
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    if (isObject(value)) return value
  } catch {
    // Said below.
  }
  return fault('invalidSyntax', 'The body is not an object in JSON.')
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function valueOf(json: Json, name: string): unknown {
  const key = Object.keys(json).find((one) => one.toLowerCase() === name.toLowerCase())
  return key === undefined ? undefined : json[key]
}

const LONGEST = 256

/** A text without what no database or page takes; null where there is none, undefined where it is not one. */
export function textOf(value: unknown): string | null | undefined {
  if (value === undefined || value === null) return null
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  if (text.length > LONGEST || /\p{Cc}/u.test(text) || !text.isWellFormed()) return undefined
  return text === '' ? null : text
}

/** Some providers write `"False"`. */
export function booleanOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  if (typeof value !== 'string') return undefined
  const text = value.toLowerCase()
  return text === 'true' ? true : text === 'false' ? false : undefined
}

/** `startIndex` and `count` of a list (RFC 7644 §3.4.2.4): what is out of bounds counts as the bound. */
export function readPage(query: URLSearchParams): ScimPage {
  const number = (name: string, fallback: number): number => {
    const value = Number.parseInt(query.get(name) ?? '', 10)
    return Number.isSafeInteger(value) ? value : fallback
  }
  return {
    start: Math.min(Math.max(number('startIndex', 1), 1), 1_000_000_000),
    count: Math.min(Math.max(number('count', SCIM_LIMITS.foundUnasked), 0), SCIM_LIMITS.found),
  }
}

const COMPARISON = /^\s*([A-Za-z][\w.]*)\s+eq\s+("(?:[^"\\]|\\.)*")\s*$/i

/** `userName eq "bob"`: the one kind of filter that there is; null where none was asked for. */
export function readFilter<A extends string>(
  query: URLSearchParams,
  attributes: Readonly<Record<string, A>>,
): { readonly attribute: A; readonly value: string } | ScimFault | null {
  const filter = query.get('filter')
  if (filter === null) return null
  const [, name = '', quoted = '""'] = COMPARISON.exec(filter.slice(0, 1_024)) ?? []
  const attribute = attributes[name.toLowerCase()]
  if (attribute === undefined) {
    const known = Object.keys(attributes).join(', ')
    return fault('invalidFilter', `A filter is NAME eq "TEXT", where NAME is one of ${known}.`)
  }
  try {
    return { attribute, value: String(JSON.parse(quoted)) }
  } catch {
    return fault('invalidFilter', 'The text of the filter is not one of JSON.')
  }
}
