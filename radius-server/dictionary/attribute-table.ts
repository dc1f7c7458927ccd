/** How the octets of an attribute are read; those of the `hidden` need the shared secret. */
export type AttributeKind =
  | 'text'
  | 'octets'
  | 'integer'
  | 'time'
  | 'ipv4'
  | 'ipv6'
  | 'hidden'
  | 'tagged-text'
  | 'tagged-integer'

/** By its number: the name, how it is read, and the names of its values. */
export type AttributeTable = Readonly<Record<number, AttributeEntry>>

export type AttributeEntry = readonly [
  name: string,
  kind: AttributeKind,
  values?: Readonly<Record<number, string>>,
]
