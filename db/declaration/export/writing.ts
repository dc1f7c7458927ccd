import type { Kysely } from 'kysely'
import type { Seal } from '#core/seal.ts'
import type { Tables } from '../../tables.ts'
import type { SecretPath } from '../sealed-values.ts'

/** What the writers of all sections share: one view of the database, and where secrets and files go. */
export interface Writing {
  readonly kysely: Kysely<Tables>
  readonly seal: Seal
  /** As it may stand in the file: sealed, or in clear where that was asked for. */
  secret(path: SecretPath, plain: string): string
  /** Puts a file beside, or into, the declaration; returns what names it there. */
  attach(name: string, type: string, bytes: Uint8Array): string
}

/** What is said of a thing, in the order of the keys; what is undefined, null, false or empty is left out. */
export type Said = Readonly<Record<string, unknown>>

/** Leaves out what says nothing: none of the format's defaults is empty or false, unless it is kept by name. */
export function said(values: Said, kept: readonly string[] = []): Said {
  return Object.fromEntries(
    Object.entries(values).filter(([key, value]) => kept.includes(key) || !saysNothing(value)),
  )
}

function saysNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return true
  if (Array.isArray(value)) return value.length === 0
  return typeof value === 'object' && Object.keys(value).length === 0
}

const UNITS = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'm'],
] as const

/** `30d`, `12h`, `90m`; every length of time that the format has is one of whole minutes. */
export function lengthOfTime(seconds: number): string {
  const [unit, letter] = UNITS.find(([unit]) => seconds % unit === 0) ?? UNITS[2]
  return seconds === 0 ? '0' : `${Math.ceil(seconds / unit)}${letter}`
}

/** By which pages and commands keep what is theirs. */
export function managed(isDeclared: boolean): 'pages' | undefined {
  return isDeclared ? undefined : 'pages'
}

/** Of a name or code what a file's name can hold; two of one name would be one file. */
export function fileNameOf(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9._-]/g, '_')
}
