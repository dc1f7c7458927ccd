import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Database } from '#db/connection.ts'
import { DISCONNECT_LIMITS, askDisconnect, loadDisconnects } from '#db/disconnects.ts'
import type { Disconnect, DisconnectOutcome } from '#db/disconnects.ts'
import { cliActor } from './apply.ts'
import { readCriteria, requireReason } from './criteria.ts'
import { withHouseAs } from './house.ts'
import { EXIT_FAILED, UsageError } from './run.ts'
import { waitForWholeLog } from './whole-log.ts'

const LOOK_MS = 250
/** A request is either taken in its time or ended by who runs; longer is that nobody runs. */
const PATIENCE_MS = DISCONNECT_LIMITS.waitMs + 10_000

const SAID: Readonly<Record<DisconnectOutcome, string>> = {
  disconnected: 'disconnected',
  'no-session': 'the gateway has no such session (any more)',
  refused: 'the gateway refused',
  'no-answer': 'the gateway did not answer',
  unreachable: 'no RADIUS process reaches the gateway: no RadSec connection, no single address',
  'no-way': 'the gateway is declared without coa: it cannot be asked',
}

export async function runRadiusDisconnect(args: readonly string[]): Promise<number> {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...args],
    options: { mac: text, user: text, site: text, reason: text },
  })
  const { mac, user, site } = readCriteria(values)
  if (mac === null && user === null) {
    throw new UsageError('say whose sessions are to end: --mac or --user')
  }
  const reason = requireReason(values.reason)
  return withHouseAs('operator', 'radius disconnect', async (house) => {
    const { database } = house
    const missing = await waitForWholeLog(house)
    if (missing !== null) console.error(`accueil: ${missing}`)
    const request = await askDisconnect(database, {
      mac,
      account: user,
      site,
      actor: cliActor(),
      reason,
    })
    const ended = await outcomesOf(database, request)
    if (ended.length === 0) console.log('No session is open.')
    for (const one of ended) console.log(lineOf(one))
    return ended.every(isOver) ? 0 : EXIT_FAILED
  })
}

/** Waits for as long as one of them can still come to something. */
async function outcomesOf(database: Database, request: string): Promise<readonly Disconnect[]> {
  const nobody = Date.now() + PATIENCE_MS
  for (;;) {
    const all = await loadDisconnects(database, request)
    const isWorkedOn = all.some(({ outcome, isTaken }) => outcome === null && isTaken)
    if (all.every(({ outcome }) => outcome !== null)) return all
    if (Date.now() > nobody && !isWorkedOn) return all
    await sleep(LOOK_MS)
  }
}

function isOver({ outcome }: Disconnect): boolean {
  return outcome === 'disconnected' || outcome === 'no-session'
}

function lineOf({ gateway, mac, account, outcome, errorCause, form }: Disconnect): string {
  const said =
    outcome === null ? 'nobody took the request: does the role "radius" run?' : SAID[outcome]
  const cause = errorCause === null ? '' : `, Error-Cause ${errorCause}`
  const how = form === null ? '' : ` (${form}${cause})`
  return `${gateway}  ${mac ?? 'no address'}  ${account ?? 'guest'}  ${said}${how}`
}
