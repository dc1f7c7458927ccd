import type postgres from 'postgres'
import { arrayColumns } from './array-columns.ts'
import type { ArrayColumn } from './array-columns.ts'
import { idHalves } from './connection-id.ts'
import { findNames } from './log-names.ts'
import type { NameIds } from './log-names.ts'
import { legalFields } from './session-state.ts'
import type { WrittenState } from './session-state.ts'
import { rowContext } from './row-context.ts'

const COLUMNS = [
  'day',
  'id_head',
  'id_tail',
  'origin',
  'mac',
  'account',
  'ipv4',
  'ipv6',
  'public_ip',
  'first_port',
  'last_port',
  'started_at',
  'cause',
  'basis',
  'terms',
  'stopped_ms',
  'nas_started_ms',
  'nas_stopped_ms',
  'ipv4_ms',
  'ipv6_ms',
  'far',
] as const

/** What the column holds: farther from its start than this a time is written out. */
const LONGEST_MS = 2 ** 31 - 1
/** Ports are held less this: half of them as a smallint. */
const PORT_OFFSET = 32_768

type Columns = Readonly<Record<(typeof COLUMNS)[number], ArrayColumn>>

/** Writes the rows of the log that these sessions are. Whoever writes one has its session locked. */
export async function writeRows(
  sql: postgres.TransactionSql,
  states: readonly WrittenState[],
): Promise<void> {
  if (states.length === 0) return
  const context = await rowContext(sql, states)
  const names = states.map((state) => ({
    site: state.site,
    gateway: state.gateway,
    network: state.network,
    account: state.account,
    cause: state.stop?.cause ?? null,
    terms: context.termsOf(state),
    basis: context.basisOf(state),
  }))
  const ids = await findNames(sql, names)
  const c = arrayColumns(COLUMNS)
  for (const [i, state] of states.entries()) {
    const named = names[i]
    if (named !== undefined) addRow(c, state, ids(named))
  }
  await sql`
    insert into log.connection_row as c
      (day, id_head, id_tail, origin, mac, account, ipv4, ipv6, public_ip, first_port, last_port,
       started_at, cause, basis, terms, stopped_ms, nas_started_ms, nas_stopped_ms, ipv4_ms, ipv6_ms,
       far)
    select day, id_head, id_tail, origin, mac, account, ipv4, ipv6, public_ip, first_port, last_port,
           to_timestamp(started_at / 1000), cause, basis, terms, stopped_ms, nas_started_ms,
           nas_stopped_ms, ipv4_ms, ipv6_ms, far::timestamptz(3)[]
    from unnest(
      ${c.day.toString()}::text::date[], ${c.id_head.toString()}::text::bigint[],
      ${c.id_tail.toString()}::text::bigint[], ${c.origin.toString()}::text::integer[],
      ${c.mac.toString()}::text::macaddr[], ${c.account.toString()}::text::integer[],
      ${c.ipv4.toString()}::text::inet[], ${c.ipv6.toString()}::text::inet[],
      ${c.public_ip.toString()}::text::inet[], ${c.first_port.toString()}::text::smallint[],
      ${c.last_port.toString()}::text::smallint[], ${c.started_at.toString()}::text::float8[],
      ${c.cause.toString()}::text::integer[], ${c.basis.toString()}::text::smallint[],
      ${c.terms.toString()}::text::smallint[], ${c.stopped_ms.toString()}::text::integer[],
      ${c.nas_started_ms.toString()}::text::integer[], ${c.nas_stopped_ms.toString()}::text::integer[],
      ${c.ipv4_ms.toString()}::text::integer[], ${c.ipv6_ms.toString()}::text::integer[],
      ${c.far.toString()}::text::text[]
    ) as p(
      day, id_head, id_tail, origin, mac, account, ipv4, ipv6, public_ip, first_port, last_port,
      started_at, cause, basis, terms, stopped_ms, nas_started_ms, nas_stopped_ms, ipv4_ms, ipv6_ms,
      far)
    -- Not an update: that would have to plan for a whole year's partitions.
    on conflict (day, id_tail) do update set
      account = excluded.account,
      ipv4 = excluded.ipv4,
      ipv6 = excluded.ipv6,
      public_ip = excluded.public_ip,
      first_port = excluded.first_port,
      last_port = excluded.last_port,
      started_at = excluded.started_at,
      cause = excluded.cause,
      basis = coalesce(excluded.basis, c.basis),
      terms = coalesce(c.terms, excluded.terms),
      stopped_ms = excluded.stopped_ms,
      nas_started_ms = excluded.nas_started_ms,
      nas_stopped_ms = excluded.nas_stopped_ms,
      ipv4_ms = excluded.ipv4_ms,
      ipv6_ms = excluded.ipv6_ms,
      far = excluded.far`
}

function addRow(c: Columns, state: WrittenState, ids: NameIds): void {
  const fields = legalFields(state)
  const { started_at: start, stopped_at, nas_started_at, nas_stopped_at, ipv4_at, ipv6_at } = fields
  const isFar =
    isFarFrom(start, stopped_at) ||
    isFarFrom(start, nas_started_at) ||
    isFarFrom(start, nas_stopped_at) ||
    isFarFrom(start, ipv4_at) ||
    isFarFrom(start, ipv6_at)
  const since = (at: number | null): number | null => (at === null || isFar ? null : at - start)
  const { head, tail } = idHalves(state.id)
  c.day.add(state.day)
  c.id_head.add(head)
  c.id_tail.add(tail)
  c.origin.add(ids.origin)
  c.mac.add(state.mac)
  c.account.add(ids.account)
  c.ipv4.add(fields.ipv4)
  c.ipv6.add(fields.ipv6)
  c.public_ip.add(fields.public_ip)
  c.first_port.add(fields.first_port === null ? null : fields.first_port - PORT_OFFSET)
  c.last_port.add(fields.last_port === null ? null : fields.last_port - PORT_OFFSET)
  c.started_at.add(start)
  c.cause.add(ids.cause)
  c.basis.add(ids.basis)
  c.terms.add(ids.terms)
  c.stopped_ms.add(since(stopped_at))
  c.nas_started_ms.add(since(nas_started_at))
  c.nas_stopped_ms.add(since(nas_stopped_at))
  c.ipv4_ms.add(since(ipv4_at))
  c.ipv6_ms.add(since(ipv6_at))
  c.far.addText(
    isFar
      ? `{${[stopped_at, nas_started_at, nas_stopped_at, ipv4_at, ipv6_at].map(instant).join(',')}}`
      : null,
  )
}

function isFarFrom(start: number, at: number | null): boolean {
  return at !== null && Math.abs(at - start) > LONGEST_MS
}

function instant(at: number | null): string {
  return at === null ? 'NULL' : new Date(at).toISOString()
}
