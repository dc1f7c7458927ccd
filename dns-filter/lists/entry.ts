/**
 * What a list says of a name. A hosts file names a host, most lists of names a domain with all that is
 * below it, and `*.name` of a zone file only what is below.
 */
export type Scope = 'name' | 'name-and-below' | 'below'

/**
 * `block`; `allow`, an exception that the list brings with it; `insist`, a block that goes before
 * exceptions (`$important` of AdGuard).
 */
export type ListAction = 'block' | 'allow' | 'insist'

export interface Entry {
  /** Wire form, lower case. */
  readonly name: Uint8Array
  readonly scope: Scope
  readonly action: ListAction
}

export const SCOPES = ['name', 'name-and-below', 'below'] as const satisfies readonly Scope[]
export const ACTIONS = ['block', 'allow', 'insist'] as const satisfies readonly ListAction[]
