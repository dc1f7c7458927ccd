import { writeInstant } from '#core/instant.ts'
import type { Criteria } from '#db/connections.ts'
import type { AdminText } from '../text/admin-fr.ts'

/** By the clock of that zone, with its offset and whether summer time held. */
export function instantAt(at: Date, zone: string, { logs: words }: AdminText): string {
  return writeInstant(at, zone, words.seasons)
}

/** Each criterion that was given, as a person reads it; instants in UTC. */
export function criteriaLine(criteria: Criteria, { logs: words }: AdminText): string {
  const { mac, user, ip, site, publicIp, publicPort, from, to } = criteria
  const given: readonly (readonly [string, string | null])[] = [
    [words.mac, mac],
    [words.user, user],
    [words.ip, ip],
    [words.site, site],
    [words.publicIp, publicIp],
    [words.publicPort, publicPort === null ? null : String(publicPort)],
    [words.from, from?.toISOString() ?? null],
    [words.to, to?.toISOString() ?? null],
  ]
  return given.flatMap(([name, value]) => (value === null ? [] : [`${name} ${value}`])).join(' · ')
}
