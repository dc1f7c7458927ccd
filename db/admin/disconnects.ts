import { randomUUID } from 'node:crypto'
import type postgres from 'postgres'
import type { Disconnect, DisconnectAsk } from '../disconnects.ts'

/** Writes a request for each open session that fits at that place; returns what all of them are found by. */
export async function requestDisconnect(
  sql: postgres.TransactionSql,
  { mac, account, site, actor, reason }: DisconnectAsk & { readonly site: string },
): Promise<string> {
  const request = randomUUID()
  await sql`
    select house.ask_disconnect(${request}, ${mac}, ${account}, ${site}, ${actor}, ${reason})`
  return request
}

/** What became of it so far, at gateways within reach; in a transaction that has written nothing yet. */
export async function listDisconnects(
  sql: postgres.TransactionSql,
  request: string,
): Promise<readonly Disconnect[]> {
  return sql<Disconnect[]>`
    select id, gateway, mac::text as mac, account, outcome, error_cause as "errorCause", form,
           is_taken as "isTaken"
    from house.disconnect_outcomes(${request})
    where gateway in (select name from house.gateway)`
}
