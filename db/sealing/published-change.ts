import { z } from 'zod'
import type { KeyChange } from './key-change.ts'

const text = z.string().max(1000)

/** A change of the key as it leaves the house, in a published seal and in a pack. */
export const publishedChangeSchema = z.object({
  ...{ from: text, to: text, fromPem: text, toPem: text },
  at: z.iso.datetime().transform((written) => new Date(written)),
  reason: text.nullable(),
  afterDay: z.iso.date().nullable(),
  previous: text,
  lost: z.boolean(),
  oldSignature: text.nullable(),
  newSignature: text,
})

/** With both public keys: who reads it may know one of them only. */
export type PublishedKeyChange = z.output<typeof publishedChangeSchema>

export function publishedChange(
  change: KeyChange,
  keys: ReadonlyMap<string, string>,
): PublishedKeyChange {
  const fromPem = keys.get(change.from) ?? ''
  const toPem = keys.get(change.to) ?? ''
  return { ...change, fromPem, toPem }
}

/** The keys that they name. Each is checked against its name where it is used. */
export function keysOf(changes: readonly PublishedKeyChange[]): ReadonlyMap<string, string> {
  return new Map(
    changes.flatMap(({ from, fromPem, to, toPem }) => [
      [from, fromPem],
      [to, toPem],
    ]),
  )
}
