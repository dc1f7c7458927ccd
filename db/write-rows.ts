import type postgres from 'postgres'
import { ArrayColumns } from './array-columns.ts'
import { idHalves } from './connection-id.ts'
import { findNames } from './log-names.ts'
import type { NameIds } from './log-names.ts'
import { legalFields } from './session-state.ts'
import type { SessionState } from './session-state.ts'
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

type Row = Readonly<Record<(typeof COLUMNS)[number], string | number | bigint | null>>

/** Writes the rows of the log that these sessions are. Whoever writes one has its session locked. */
export async function writeRows(
  sql: postgres.TransactionSql,
  states: readonly (SessionState & { readonly day: string })[],
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
  const c = new ArrayColumns(COLUMNS, ['far'])
  for (const [i, state] of states.entries()) {
    const named = names[i]
    if (named !== undefined) c.add(rowOf(state, ids(named)))
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
      ${c.of('day')}::text::date[], ${c.of('id_head')}::text::bigint[],
      ${c.of('id_tail')}::text::bigint[], ${c.of('origin')}::text::integer[],
      ${c.of('mac')}::text::macaddr[], ${c.of('account')}::text::integer[],
      ${c.of('ipv4')}::text::inet[], ${c.of('ipv6')}::text::inet[],
      ${c.of('public_ip')}::text::inet[], ${c.of('first_port')}::text::smallint[],
      ${c.of('last_port')}::text::smallint[], ${c.of('started_at')}::text::float8[],
      ${c.of('cause')}::text::integer[], ${c.of('basis')}::text::smallint[],
      ${c.of('terms')}::text::smallint[], ${c.of('stopped_ms')}::text::integer[],
      ${c.of('nas_started_ms')}::text::integer[], ${c.of('nas_stopped_ms')}::text::integer[],
      ${c.of('ipv4_ms')}::text::integer[], ${c.of('ipv6_ms')}::text::integer[],
      ${c.of('far')}::text::text[]
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

function rowOf(state: SessionState & { readonly day: string }, ids: NameIds): Row {
  const fields = legalFields(state)
  const { started_at: start } = fields
  const times = [
    fields.stopped_at,
    fields.nas_started_at,
    fields.nas_stopped_at,
    fields.ipv4_at,
    fields.ipv6_at,
  ]
  const isFar = times.some((at) => at !== null && Math.abs(at - start) > LONGEST_MS)
  const [stopped, nasStarted, nasStopped, ipv4, ipv6] = times.map((at) =>
    at === null || isFar ? null : at - start,
  )
  const { head, tail } = idHalves(state.id)
  return {
    day: state.day,
    id_head: head,
    id_tail: tail,
    origin: ids.origin,
    mac: state.mac,
    account: ids.account,
    ipv4: fields.ipv4,
    ipv6: fields.ipv6,
    public_ip: fields.public_ip,
    first_port: fields.first_port === null ? null : fields.first_port - PORT_OFFSET,
    last_port: fields.last_port === null ? null : fields.last_port - PORT_OFFSET,
    started_at: start,
    cause: ids.cause,
    basis: ids.basis,
    terms: ids.terms,
    stopped_ms: stopped ?? null,
    nas_started_ms: nasStarted ?? null,
    nas_stopped_ms: nasStopped ?? null,
    ipv4_ms: ipv4 ?? null,
    ipv6_ms: ipv6 ?? null,
    far: isFar ? `{${times.map(instant).join(',')}}` : null,
  }
}

function instant(at: number | null): string {
  return at === null ? 'NULL' : new Date(at).toISOString()
}
