import type { Revoked } from '#core/pki/revocation-list.ts'
import type { CertificateStatus } from '#core/pki/ocsp.ts'
import type { Database } from './connection.ts'
import type { Job } from './jobs.ts'
import { jobPart } from './job-lines.ts'

const REVOCATION_LIMITS = {
  /** In one list: four megabytes. */
  entries: 100_000,
} as const

const DAY_MS = 86_400_000

/** What one generation has signed and no longer stands for, as long as it would still be in its time. */
export async function loadRevoked(
  { sql }: Pick<Database, 'sql'>,
  generation: number,
): Promise<readonly Revoked[]> {
  return sql<Revoked[]>`
    select c.serial, d.revoked_at as at
    from staff.device_certificate c join staff.device d on d.id = c.device
    where c.generation = ${generation} and d.revoked_at is not null and c.ends_at > now()
    order by d.revoked_at desc limit ${REVOCATION_LIMITS.entries}`
}

/** When something was revoked last, in milliseconds since the epoch; 0 where nothing was. */
export async function lastRevocation({ sql }: Pick<Database, 'sql'>): Promise<number> {
  const [row] = await sql<{ at: Date | null }[]>`select max(revoked_at) as at from staff.device`
  return row?.at?.getTime() ?? 0
}

/** What the generation says of a number. */
export async function statusOf(
  { sql }: Pick<Database, 'sql'>,
  generation: number,
  serial: string,
): Promise<CertificateStatus> {
  const [row] = await sql<{ at: Date | null }[]>`
    select d.revoked_at as at
    from staff.device_certificate c join staff.device d on d.id = c.device
    where c.serial = ${serial} and c.generation = ${generation}`
  if (row === undefined) return { kind: 'unknown' }
  return row.at === null ? { kind: 'good' } : { kind: 'revoked', at: row.at }
}

/** A device whose time is over is not kept: nobody can use what it has. */
export function endedDevicesJob({ sql }: Pick<Database, 'sql'>): Job {
  return {
    name: 'ended devices',
    everyMs: DAY_MS,
    async run() {
      const gone = await sql`
        delete from staff.device where ends_at < now() - interval '30 days' and not exists (
          select 1 from staff.device_certificate c
          where c.device = staff.device.id and c.ends_at > now())`
      return jobPart('endedDevices', { devices: gone.count })
    },
  }
}
