import { randomUUID } from 'node:crypto'
import type { Database } from './connection.ts'
import type { Job } from './jobs.ts'
import { jobPart } from './job-lines.ts'

/** A device that its gateway lets in when it asks the next time (openNDS AuthMon). */
export interface PendingOpening {
  readonly gateway: string
  /** By which the gateway knows the device. */
  readonly key: string
  /** What it is told. */
  readonly line: string
}

/** A gateway that was away this long has lost the devices that wait. */
const LIFE_MS = 10 * 60_000
/** openNDS's AuthMon says so five seconds and more after the gateway began to send phones. */
const STARTED_MS = 15_000
/** More would not be read in that time: a gateway asks every few seconds and takes four. */
const PENDING = 20_000
const HOUR_MS = 3_600_000

export async function leaveOpening(
  { sql }: Pick<Database, 'sql'>,
  { gateway, key, line }: PendingOpening,
): Promise<string> {
  const id = randomUUID()
  await sql`
    insert into guest.opening (id, gateway, key, line, expires_at)
    values (${id}, ${gateway}, ${key}, ${line}, now() + ${LIFE_MS} * interval '1 ms')`
  return id
}

/** By gateway, oldest first. */
export async function pendingOpenings({
  sql,
}: Pick<Database, 'sql'>): Promise<ReadonlyMap<string, readonly PendingOpening[]>> {
  const rows = await sql<PendingOpening[]>`
    select gateway, key, line from guest.opening
    where done_at is null and expires_at > now() order by made_at limit ${PENDING}`
  return Map.groupBy(rows, ({ gateway }) => gateway)
}

/** The gateway says that it let them in. */
export async function endOpenings(
  { sql }: Pick<Database, 'sql'>,
  gateway: string,
  keys: readonly string[],
): Promise<void> {
  await sql`
    update guest.opening set done_at = now()
    where gateway = ${gateway} and key = any(${keys}::text[]) and done_at is null`
}

/** The gateway began anew: it knows none of those that waited. Phones that came since then it does know. */
export async function clearOpenings(
  { sql }: Pick<Database, 'sql'>,
  gateway: string,
): Promise<void> {
  await sql`
    delete from guest.opening
    where gateway = ${gateway} and done_at is null
      and made_at < now() - ${STARTED_MS} * interval '1 ms'`
}

export async function isOpened({ sql }: Pick<Database, 'sql'>, id: string): Promise<boolean> {
  const rows = await sql`select from guest.opening where id = ${id} and done_at is not null`
  return rows.length > 0
}

/** Which device opened where is kept by the log; here it is not needed any more. */
export function openingsJob({ sql }: Pick<Database, 'sql'>): Job {
  return {
    name: 'openings',
    everyMs: HOUR_MS,
    async run() {
      const openings = await sql`delete from guest.opening where expires_at < now()`
      // Each portal that writes such a row takes the old ones away; this is for a fleet at night.
      const waiting = await sql`
        delete from guest.waiting where seen_at < now() - ${LIFE_MS} * interval '1 ms'`
      const passwords = await sql`delete from guest.credential where expires_at < now()`
      return jobPart('openings', {
        ...{ openings: openings.count, waiting: waiting.count, passwords: passwords.count },
      })
    },
  }
}
