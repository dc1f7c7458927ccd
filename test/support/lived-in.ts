import { randomUUID } from 'node:crypto'
import type { Mac } from '#core/mac.ts'
import { recordAcceptance } from '#db/acceptances.ts'
import type { Database } from '#db/connection.ts'
import { issueCredential } from '#db/credentials.ts'
import { askAgain, askDisconnect } from '#db/disconnects.ts'
import { addFilterCounts } from '#db/filter-counts.ts'
import { saveArrivals } from '#db/gateway-arrivals.ts'
import { savePostures } from '#db/gateway-postures.ts'
import { hourCountsJob } from '#db/hour-counts.ts'
import { noteArrival } from '#db/internal-arrivals.ts'
import { saveLogins } from '#db/login-traces.ts'
import { leaveOpening } from '#db/openings.ts'
import { askUnblock } from '#db/unblock-requests.ts'
import { noteWaiting } from '#db/waiting-devices.ts'
import { testSeal } from './house.ts'
import { foldJournal, recordAccounting, restartGateway } from './journal.ts'
import type { TestRecord } from './journal.ts'
import { loginRow } from './logins.ts'

/** A place where a test has people, and the number by which its devices differ from those of others. */
export interface LivedPlace {
  readonly site: string
  readonly gateway: string
  readonly n: number
}

const MINUTE_MS = 60_000
const AN_HOUR_AGO = Date.now() - 60 * MINUTE_MS

/** A MAC address of a device of this place. */
function deviceOf({ n }: LivedPlace, network: 0 | 1): Mac {
  return `02:00:00:00:0${network}:0${n}` as Mac
}

/** `minutes` after the device's session began, an hour ago. */
export function packetOf(
  { site, gateway, n }: LivedPlace,
  kind: TestRecord['kind'],
  minutes: number,
): TestRecord {
  return {
    ...{ kind, site, gateway, network: 'staff', acctSessionId: `A${n}` },
    mac: deviceOf({ site, gateway, n }, 1),
    ...{ account: `staff-${n}`, ipv4: `192.168.${n}.${minutes + 1}`, ipv6: null },
    at: new Date(AN_HOUR_AGO + minutes * MINUTE_MS),
    ...{ nasAt: null, sessionSeconds: minutes * 60, counterBits: 32 },
    ...{ octetsIn: BigInt(minutes) * 1000n, octetsOut: 0n, publicSource: null },
    cause: kind === 'stop' ? 'User-Request' : null,
  }
}

/** An hour of a guest, of staff, of their gateway and of the filter, by what the program itself writes. */
export async function liveAt(database: Database, place: LivedPlace): Promise<{ code: string }> {
  const { site, gateway, n } = place
  const mac = deviceOf(place, 0)
  const now = new Date()
  const device = { mac, gateway, ip: `192.168.77.${n}`, returnData: { tok: `token-${n}` } }
  await noteWaiting(database, testSeal, [{ ...device, site, seenAt: now }])
  await noteArrival(database, testSeal, device, now)
  const { code } = await recordAcceptance(database, {
    ...{ mac, ip: device.ip, publicSource: null, gateway, site, network: 'guest', at: now },
    ...{ termsVersion: '2026-01', language: 'fr', textSha256: '00'.repeat(32) },
    ...{ method: 'generic', grantSeconds: 3600 },
  })
  await foldJournal(database)
  await leaveOpening(database, { gateway, key: `key-${n}`, line: `line-${n}` })
  await issueCredential(database, testSeal, { gateway, mac, until: Date.now() + 3_600_000 })
  await recordAccounting(database, [packetOf(place, 'start', 0), packetOf(place, 'interim', 10)])
  await restartGateway(database, { gateway, at: new Date(0), cause: 'NAS-Reboot' })
  const login = { site, gateway, account: `staff-${n}`, mac: deviceOf(place, 1) }
  await saveLogins(database, [loginRow(login)])
  await saveArrivals(database, [{ gateway, at: now, software: `openNDS-10.${n}` }])
  await savePostures(database, [
    {
      ...{ gateway, transport: 'udp', heardAt: now, accessAt: now, accountingAt: now },
      ...{ connectedAt: null, certificateEndsAt: null, signed: null, unsigned: null },
      ...{ proxied: null, enforcedAt: null, clockSkewMs: n, requests: n },
      ...{ unsignedRequests: 0, refused: 0, overLimit: 0, forged: 0 },
    },
  ])
  await askDisconnect(database, {
    ...{ mac: null, account: `staff-${n}`, site, actor: 'ada', reason: 'lost' },
  })
  await askAgain(database, { request: randomUUID(), gateway, mac, form: null })
  await database.sql`insert into house.disconnect_form (gateway, form) values (${gateway}, 'mac')`
  const category = 'adult'
  await addFilterCounts(database, [
    { site, network: 'guest', category, queries: 10 * n, passed: n },
  ])
  await askUnblock(database, {
    ...{ domain: `asked-${n}.example`, site, network: 'guest', cause: 'category', category },
    ...{ reference: null, note: null },
  })
  await database.sql`
    insert into house.unblock_answer (domain, site, network, times, decision, actor, reason)
    values (${`answered-${n}.example`}, ${site}, 'guest', 1, 'refuse', 'ada', 'games')`
  await hourCountsJob(database).run()
  return { code }
}
