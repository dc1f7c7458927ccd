import { parseArgs } from 'node:util'
import { AppError } from '#core/error.ts'
import { isAnybody } from '#core/actor.ts'
import type { Database } from '#db/connection.ts'
import { approveExport, isApproved, requestExport } from '#db/export/export-requests.ts'
import type { ApprovedRequest, ExportRequest } from '#db/export/export-requests.ts'
import { writePack } from '#db/export/pack.ts'
import type { PlaceTimes } from '#db/export/pack-rows.ts'
import { getOrCreateSealingKey } from '#db/sealing/sealing-key.ts'
import { CRITERIA_OPTIONS, readCriteria, requireReason } from './criteria.ts'
import { withHouseAs } from './house.ts'
import type { House } from './house.ts'
import { writeInstant } from '#core/instant.ts'
import { requireLogRight } from './log-right.ts'
import { requireCase } from './logs-hold.ts'
import { zonesOf } from './logs-search.ts'
import { whoIsThere } from './person.ts'
import { UsageError } from './run.ts'
import { waitForWholeLog } from './whole-log.ts'

/** Nothing is wrong, and somebody else has to do something first. */
const EXIT_WAITS_FOR_APPROVAL = 3

const ROOT_NOTE =
  'accueil: root may be anyone, and the pack will say so; ask through sudo, or with --as ACCOUNT'

export async function runLogsExport(args: readonly string[]): Promise<number> {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...CRITERIA_OPTIONS,
      ...{ case: text, reason: text, out: text, approve: text, as: text },
      request: { type: 'boolean', default: false },
    },
  })
  if (values.approve !== undefined) return approve(values.approve, values.out, values.as)
  if (values.out === undefined && !values.request) {
    throw new UsageError('--out FILE is missing; --request asks for the pack without writing it')
  }
  const asked = {
    caseRef: requireCase(values.case),
    reason: requireReason(values.reason),
    criteria: readCriteria(values),
  }
  return withHouseAs('operator', 'logs export', async (house) => {
    const actor = await whoIsThere(house.database, values.as)
    await requireLogRight(house.database, actor, 'logs.search')
    const { request, isNew } = await requestExport(house.database, { ...asked, actor })
    if (values.out !== undefined && isApproved(request)) {
      return write(house, request, { path: values.out, actor })
    }
    console.log(waiting(request, isNew))
    if (isNew && isAnybody(actor)) console.error(ROOT_NOTE)
    return values.request ? 0 : EXIT_WAITS_FOR_APPROVAL
  })
}

async function approve(
  code: string,
  out: string | undefined,
  as: string | undefined,
): Promise<number> {
  return withHouseAs('operator', 'logs export', async (house) => {
    const actor = await whoIsThere(house.database, as)
    await requireLogRight(house.database, actor, 'logs.approve')
    const request = await approveExport(house.database, code, actor)
    console.log(`Approved: case ${request.caseRef}, asked for by ${request.requestedBy}.`)
    console.log(`  ${request.reason}`)
    return out === undefined ? 0 : write(house, request, { path: out, actor })
  })
}

async function write(
  house: House,
  request: ApprovedRequest,
  to: { path: string; actor: string },
): Promise<number> {
  const { database, seal } = house
  // A pack says what was there: one row less would be a lie.
  const missing = await waitForWholeLog(house)
  if (missing !== null) throw new AppError('export.incomplete', `${missing}; no pack was written`)
  const key = await getOrCreateSealingKey(database, seal)
  const times = await placeTimes(database)
  const { path } = to
  const options = { ...to, clock: Date.now, times }
  const { rows, sha256 } = await writePack(database, key, request, options)
  console.log(rows === 0 ? `No row fits; ${path} says so.` : `${rows} rows in ${path}.`)
  console.log(`sha256 ${sha256}`)
  return 0
}

// A pack is read in French first.
const SEASONS = { summer: 'heure d’été / summer time', winter: 'heure d’hiver / winter time' }

async function placeTimes(database: Database): Promise<PlaceTimes> {
  const zones = await zonesOf(database)
  return {
    zoneOf: (site) => zones.get(site) ?? 'UTC',
    zones: [...new Set(zones.values())].toSorted(),
    write: (at, zone) => writeInstant(at, zone, SEASONS),
  }
}

function waiting(request: ExportRequest, isNew: boolean): string {
  const { code, requestedBy, requestedAt } = request
  const approval = `npx accueil logs export --approve ${code} --out FILE`
  if (isApproved(request)) {
    return `Request ${code} is approved by ${request.approvedBy}; run this again with --out FILE.`
  }
  return isNew
    ? `Request ${code} is made. Someone else has to approve it, from an account of their own:\n  ${approval}`
    : `Request ${code} of ${requestedBy} (${requestedAt.toISOString()}) waits for approval by someone else than ${requestedBy}:\n  ${approval}`
}
