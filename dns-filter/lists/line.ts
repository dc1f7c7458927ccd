import type { ListAction, Scope } from './entry.ts'

/** Why a line says nothing that a resolver can do. */
export const LINE_FAULTS = [
  'address',
  'single label',
  'not a sink address',
  'not a domain name',
  // AdBlock syntax that needs more than a name.
  'path',
  'pattern',
  'cosmetic',
  'modifier',
  // RPZ that needs more than the name asked for, or answers otherwise than by yes and no.
  'trigger',
  'policy action',
  'zone syntax',
] as const
export type LineFault = (typeof LINE_FAULTS)[number]

/** What a line says; `names` are in wire form. */
export interface Line {
  readonly names: readonly Uint8Array[]
  readonly scope: Scope
  readonly action: ListAction
  readonly fault: LineFault | null
}

/** One syntax of lists; keeps what a line needs to know of those before it. */
export interface LineSyntax {
  /** The line is `text` from `start` to `end`, without its newline. */
  read(text: Uint8Array, start: number, end: number): Line
}

export const NOTHING: Line = { names: [], scope: 'name', action: 'block', fault: null }

export function unusable(fault: LineFault): Line {
  return { ...NOTHING, fault }
}
