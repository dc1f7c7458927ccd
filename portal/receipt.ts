import type { Seal } from '#core/seal.ts'
import { z } from 'zod'

const RECEIPT = z.strictObject({
  code: z.string(),
  until: z.number(),
  timezone: z.string(),
  at: z.number(),
  site: z.string(),
  mac: z.string(),
  termsVersion: z.string(),
  /** Of the text that was shown. */
  language: z.string(),
  textSha256: z.string(),
  /** Whether the gateway proved, by a signature or a key, which device it was. */
  deviceProven: z.boolean(),
})

/** What the last page says; sealed, so that nobody can make our page say something else. */
export type Receipt = z.infer<typeof RECEIPT>

const CONTEXT = 'portal receipt 3'

export function sealReceipt(seal: Seal, receipt: Receipt): string {
  return seal.seal(JSON.stringify(receipt), CONTEXT)
}

export function openReceipt(seal: Seal, token: string): Receipt | null {
  const bytes = token === '' ? null : seal.open(token, CONTEXT)
  if (bytes === null) return null
  const parsed = RECEIPT.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')))
  return parsed.success ? parsed.data : null
}
