import { z } from 'zod'
import type { Mac } from '#core/mac.ts'
import type { Seal } from '#core/seal.ts'
import type { Database } from './connection.ts'

/** A device that was shown the terms at a place, and what its gateway told of it. */
export interface WaitingDevice {
  readonly mac: Mac
  readonly site: string
  readonly gateway: string
  readonly ip: string | null
  /** What the gateway is opened with. */
  readonly returnData: Readonly<Record<string, string>>
  readonly seenAt: Date
}

/** Whoever waits longer has gone, or asks again. */
const LIFE_MS = 10 * 60_000
/** More on one page nobody looks through. */
const SHOWN = 50

const TOLD = z.object({
  ip: z.string().nullable(),
  returnData: z.record(z.string(), z.string()),
})

const contextOf = ({ site, mac }: Pick<WaitingDevice, 'site' | 'mac'>): string =>
  `waiting device ${site} ${mac}`

/** Each place and MAC once; those whose minutes are over go. */
export async function noteWaiting(
  { sql }: Pick<Database, 'sql'>,
  seal: Seal,
  devices: readonly WaitingDevice[],
): Promise<void> {
  const rows = devices.map((device) => ({
    ...{ site: device.site, mac: device.mac, gateway: device.gateway, seen_at: device.seenAt },
    device: seal.seal(
      JSON.stringify({ ip: device.ip, returnData: device.returnData }),
      contextOf(device),
    ),
  }))
  await sql`
    insert into guest.waiting (site, mac, gateway, device, seen_at)
    select site, mac, gateway, device, seen_at
    from json_to_recordset(${JSON.stringify(rows)}::text::json)
      as row (site text, mac macaddr, gateway text, device text, seen_at timestamptz)
    order by site, mac
    on conflict (site, mac) do update set
      gateway = excluded.gateway, device = excluded.device, seen_at = excluded.seen_at`
  // Not those that another portal writes at this moment: they have come again.
  await sql`
    delete from guest.waiting where (site, mac) in (
      select site, mac from guest.waiting
      where seen_at < now() - ${LIFE_MS} * interval '1 ms' for update skip locked)`
}

/** At these places, the last that came first. */
export async function findWaiting(
  { sql }: Pick<Database, 'sql'>,
  seal: Seal,
  sites: readonly string[],
  now: Date,
): Promise<readonly WaitingDevice[]> {
  const since = new Date(now.getTime() - LIFE_MS)
  const rows = await sql<(Omit<WaitingDevice, 'ip' | 'returnData'> & { device: string })[]>`
    select site, mac::text as mac, gateway, device, seen_at as "seenAt" from guest.waiting
    where site = any(${sites}::text[]) and seen_at >= ${since}
    order by seen_at desc limit ${SHOWN}`
  return rows.flatMap(({ device, ...row }) => {
    const opened = seal.open(device, contextOf(row))
    if (opened === null) return []
    const told = TOLD.safeParse(JSON.parse(Buffer.from(opened).toString('utf8')))
    return told.success ? [{ ...row, ...told.data }] : []
  })
}
