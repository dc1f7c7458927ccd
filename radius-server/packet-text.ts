import { formatAddress } from '#core/ip.ts'
import { readPaths } from './attribute-paths.ts'
import type { PathAttribute } from './attribute-paths.ts'
import { decodeText } from './attributes.ts'
import { ATTRIBUTE, CODE } from './dictionary.ts'
import type { AttributeEntry, AttributeKind } from './dictionary/attribute-table.ts'
import { EXTENDED } from './dictionary/extended.ts'
import { STANDARD } from './dictionary/standard.ts'
import { VENDORS } from './dictionary/vendors.ts'
import type { Packet } from './packet.ts'
import { numberAt } from './vendor-specific.ts'

/** RFC 2868 §3.1: above it an octet is no tag. */
const HIGHEST_TAG = 0x1f

export function codeName(code: number): string {
  return Object.entries(CODE).find(([, number]) => number === code)?.[0] ?? `Code-${code}`
}

/** Every attribute as a line, in order; what cannot be read as its kind is shown in hex. */
export function attributeLines(packet: Packet): readonly string[] {
  return readPaths(packet).map(lineOf)
}

function lineOf({ path, value }: PathAttribute): string {
  const [name, kind, values] = entryOf(path) ?? [`Attr-${path.join('.')}`, 'octets']
  const tag = kind.startsWith('tagged-') ? tagOf(value) : null
  const shown = shownAs(kind, tag === null ? value : value.subarray(1), values ?? {})
  return `${name}${tag === null || tag === 0 ? '' : `:${tag}`} ${shown ?? hexOf(value)}`
}

function entryOf(path: readonly number[]): AttributeEntry | undefined {
  const [type = 0, second, third, fourth] = path
  if (second === undefined) return STANDARD[type]
  if (third === undefined) return EXTENDED[type]?.[second]
  if (fourth !== undefined || type !== ATTRIBUTE['Vendor-Specific']) return undefined
  return VENDORS[second]?.attributes[third]
}

function tagOf(value: Uint8Array): number | null {
  const [first] = value
  return first === undefined || first > HIGHEST_TAG ? null : first
}

/** Null if the octets are not of the kind. */
function shownAs(
  kind: AttributeKind,
  value: Uint8Array,
  values: Readonly<Record<number, string>>,
): string | null {
  const { length } = value
  switch (kind) {
    case 'octets':
      return null
    case 'hidden':
      return `hidden in ${length} octets`
    case 'text':
    case 'tagged-text':
      return textOf(value)
    case 'ipv4':
      return length === 4 ? formatAddress(value) : null
    case 'ipv6':
      return length === 16 ? formatAddress(value) : null
    case 'time':
      return length === 4 ? new Date(numberAt(value, 0, 4) * 1000).toISOString() : null
    case 'integer':
      if (length === 8) return String(Buffer.from(value).readBigUInt64BE())
      return length === 4 ? namedNumber(numberAt(value, 0, 4), values) : null
    case 'tagged-integer':
      return length === 3 ? namedNumber(numberAt(value, 0, 3), values) : null
  }
}

function namedNumber(number: number, values: Readonly<Record<number, string>>): string {
  return values[number] ?? String(number)
}

/** Null if it has what would act on a terminal. */
function textOf(value: Uint8Array): string | null {
  const text = decodeText(value)
  return text === null || /\p{C}/u.test(text) ? null : JSON.stringify(text)
}

function hexOf(value: Uint8Array): string {
  return `0x${Buffer.from(value).toString('hex')}`
}
