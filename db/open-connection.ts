import type postgres from 'postgres'
import { newConnectionId } from './connection-id.ts'
import type { AcceptanceEvent } from './log-event.ts'
import { writeNames } from './log-names.ts'
import { portalSessionKey } from './session-key.ts'
import type { SessionMemory } from './session-memory.ts'
import { seenAddress } from './seen-address.ts'
import { newSession, seeAddress } from './session-state.ts'
import { lockSessions, writeSessions } from './sessions.ts'

/**
 * The connection under way at that gateway, with what the acceptance adds; else a new one: the gateway
 * has not accounted for this device yet, or never will. An accounting Start that comes later takes the
 * row over.
 */
export async function openConnection(
  sql: postgres.TransactionSql,
  acceptance: AcceptanceEvent,
  memory: SessionMemory,
): Promise<void> {
  const { gateway, site, network, mac, ip, termsVersion } = acceptance
  const at = acceptance.at.getTime()
  const key = portalSessionKey(gateway, mac)
  const known = await lockSessions(sql, { gateway, mac, key })
  const open = known.filter(
    ({ stop, accounted, grantUntil }) =>
      stop === null && (accounted || grantUntil === null || grantUntil > at),
  )
  const generation = Math.max(-1, ...known.map((s) => (s.key === key ? s.generation : -1))) + 1
  const first = { key, generation, id: newConnectionId(), gateway, site, network, mac }
  const sessions = open.length > 0 ? open : [{ ...newSession(first, at), accounted: false }]
  const isV6 = ip?.includes(':') === true
  const v4 = isV6 ? null : seenAddress(ip, acceptance.publicSource)
  const seen = sessions.map((session) => ({
    ...session,
    ipv4: seeAddress(session.ipv4, v4, at),
    ipv6: seeAddress(session.ipv6, isV6 ? ip : null, at),
    lastAt: Math.max(session.lastAt, at),
    grantUntil: acceptance.grantUntil.getTime(),
  }))
  for (const session of seen) memory.forget(session.key)
  await writeSessions(
    sql,
    seen.map((session, i) => ({ before: open[i] ?? null, session })),
  )
  if (open.length > 0) await writeNames(sql, [{ terms: termsVersion }])
  for (const { day, id } of open) {
    // In a connection under way other terms may have been accepted before.
    await sql`
      update log.connection_row set
        terms = (select id from log.terms where name = ${termsVersion})
      where day = ${day}::date and id_tail = log.id_tail(${id})`
  }
}
