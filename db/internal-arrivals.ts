import { z } from 'zod'
import type { Mac } from '#core/mac.ts'
import type { Seal } from '#core/seal.ts'
import type { Database } from './connection.ts'
import { newReceiptCode } from './receipt-code.ts'

/** A device that was shown the page of the internal network. */
export interface InternalArrival {
  readonly mac: Mac
  readonly gateway: string
  readonly ip: string | null
  /** What the gateway is opened with. */
  readonly returnData: Readonly<Record<string, string>>
}

/** Its owner finds another browser, and perhaps their telephone for a second factor. */
export const ARRIVAL_MS = 15 * 60_000

const TOLD = z.object({
  ip: z.string().nullable(),
  returnData: z.record(z.string(), z.string()),
})

const contextOf = ({ gateway, mac }: Pick<InternalArrival, 'gateway' | 'mac'>): string =>
  `internal arrival ${gateway} ${mac}`

/**
 * The code by which its owner names it at the sign-in. A device that reloads the page keeps the one that it has; those
 * that nobody used go.
 */
export async function noteArrival(
  { sql }: Pick<Database, 'sql'>,
  seal: Seal,
  arrival: InternalArrival,
  at: Date,
): Promise<string> {
  const { gateway, mac, ip, returnData } = arrival
  const device = seal.seal(JSON.stringify({ ip, returnData }), contextOf(arrival))
  await sql`
    delete from staff.internal_arrival where seen_at <= ${new Date(at.getTime() - ARRIVAL_MS)}`
  const [row] = await sql<{ code: string }[]>`
    insert into staff.internal_arrival (code, gateway, mac, device, seen_at)
    values (${newReceiptCode()}, ${gateway}, ${mac}, ${device}, ${at})
    on conflict (gateway, mac) do update set device = excluded.device, seen_at = excluded.seen_at
    returning code`
  if (row === undefined) throw new Error(`nothing was written for ${mac}`)
  return row.code
}

/** Null: there is none such, or it is too long ago. */
export async function findArrival(
  { sql }: Pick<Database, 'sql'>,
  seal: Seal,
  code: string,
  at: Date,
): Promise<InternalArrival | null> {
  const [row] = await sql<{ gateway: string; mac: Mac; device: string }[]>`
    select gateway, mac::text as mac, device from staff.internal_arrival
    where code = ${code} and seen_at > ${new Date(at.getTime() - ARRIVAL_MS)}`
  if (row === undefined) return null
  const opened = seal.open(row.device, contextOf(row))
  const told =
    opened === null ? null : TOLD.safeParse(JSON.parse(Buffer.from(opened).toString('utf8')))
  return told?.success === true ? { gateway: row.gateway, mac: row.mac, ...told.data } : null
}
