import type postgres from 'postgres'
import { recordChange } from './changes.ts'
import type { HistoryLine, Snapshot } from './changes.ts'
import { lockGateway, whyNot } from './gateways.ts'
import { keptRules } from './kept-rules.ts'
import { done, refused } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import type { Doer } from './rules.ts'

/** What undo brings back. The certificate by which it is known is that of its newest files, whatever else was changed. */
const COLUMNS: ReadonlySet<string> = new Set([
  ...['address', 'kind', 'vendor', 'coa_port', 'message_authenticator'],
])

/** One that is gone does not come back, for nobody kept its secrets; nor does what only the files say of it. */
export function gatewayCanBeUndone({ before, after }: HistoryLine): boolean {
  if (after === null || typeof after['name'] !== 'string') return false
  if (before === null) return true
  const columns = new Set([...Object.keys(before), ...Object.keys(after)])
  const others = [...columns].filter((column) => !isSame(before[column], after[column]))
  return others.length > 0 && others.every((column) => COLUMNS.has(column))
}

/** Only of a line that `gatewayCanBeUndone`. */
export async function undoGateway(
  sql: postgres.TransactionSql,
  { subject, before, after }: HistoryLine,
  { actor, rights, reason }: Doer,
): Promise<Outcome<null>> {
  const name = subject.replace(/^gateway /, '')
  const present = await lockGateway(sql, name)
  if (present === null || !isAs(present.snapshot, after)) return refused('changed-since')
  const { association, site, snapshot } = present
  if (!rights.can('gateways.write', { association, site })) return refused('not-yours')
  const next = before === null ? null : { ...snapshot, ...back(before) }
  const wrong = await whyNot(sql, present, next === null ? null : wishOf(next))
  if (wrong !== null) return refused(wrong)
  return keptRules(sql, async (sql) => {
    if (next === null) await sql`delete from house.gateway where name = ${name}`
    else {
      await sql`
        update house.gateway g
        set address = r.address, kind = r.kind, vendor = r.vendor, coa_port = r.coa_port,
            message_authenticator = r.message_authenticator
        from jsonb_to_record(${sql.json(next)}) as r(address cidr, kind text, vendor text,
          coa_port integer, message_authenticator text)
        where g.name = ${name}`
    }
    await recordChange(sql, {
      ...{ actor, reason, association, action: 'gateway.undo', subject },
      ...{ before: snapshot, after: next },
    })
    return done(null)
  })
}

function back(before: Snapshot): Snapshot {
  return Object.fromEntries(Object.entries(before).filter(([column]) => COLUMNS.has(column)))
}

function wishOf({ kind, coa_port: coaPort }: Snapshot) {
  return {
    kind: typeof kind === 'string' ? kind : '',
    coaPort: typeof coaPort === 'number' ? coaPort : null,
  }
}

/** Of what both say: the files say more. */
function isAs(present: Snapshot, after: Snapshot | null): boolean {
  return Object.entries(present).every(
    ([column, value]) => after !== null && (!(column in after) || isSame(after[column], value)),
  )
}

function isSame(a: Snapshot[string] | undefined, b: Snapshot[string] | undefined): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null)
}
