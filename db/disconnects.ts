import { randomUUID } from 'node:crypto'
import type { Mac } from '#core/mac.ts'
import type { Database } from './connection.ts'
import type { Job } from './jobs.ts'
import { jobPart } from './job-lines.ts'

export const DISCONNECT_OUTCOMES = [
  /** The gateway says that it ended the session. */
  'disconnected',
  /** It says that it has none such. */
  'no-session',
  /** It says that it will not, or not in any form that it was asked in; the Error-Cause tells why. */
  'refused',
  /** It said nothing. */
  'no-answer',
  /** No RADIUS process could send to it: no connection of its own, and no address. */
  'unreachable',
  /** It is not declared, or without `coa`. */
  'no-way',
] as const
export type DisconnectOutcome = (typeof DISCONNECT_OUTCOMES)[number]

/** Sessions of a device or an account, which are to end now. */
export interface DisconnectAsk {
  readonly mac: Mac | null
  readonly account: string | null
  /** Null: at every place. */
  readonly site: string | null
  readonly actor: string
  readonly reason: string
}

/** One session that a gateway is to end. */
export interface DisconnectTask {
  readonly id: string
  readonly gateway: string
  readonly mac: Mac | null
  readonly account: string | null
  /** The form that was wished for, else the one that this gateway took last. */
  readonly form: string | null
}

export interface DisconnectResult {
  readonly outcome: DisconnectOutcome
  readonly errorCause: number | null
  readonly form: string | null
}

/** What became of a request; `outcome` is null while it is under way. */
export interface Disconnect extends Omit<DisconnectResult, 'outcome'> {
  readonly id: string
  readonly gateway: string
  readonly mac: string | null
  readonly account: string | null
  readonly outcome: DisconnectOutcome | null
  /** Whether a RADIUS process works on it, or did. */
  readonly isTaken: boolean
}

export const DISCONNECT_LIMITS = {
  /** How long a request waits for a RADIUS process that can send it. */
  waitMs: 20_000,
  /** How long one has for it: longer than every form with its repetitions takes. */
  workMs: 180_000,
  /** Where another process may hold the gateway's connection, the datagram waits for it. */
  preferConnectionMs: 2_000,
  /** Taken at once. */
  batch: 64,
} as const

const HOUR_MS = 3_600_000
/** How long it is known who asked for what. */
const LIFE = '31 days'

/** Writes a request for each open session of the log; returns what all of them are found by. */
export async function askDisconnect(
  { sql }: Pick<Database, 'sql'>,
  ask: DisconnectAsk,
): Promise<string> {
  const request = randomUUID()
  await sql`
    select house.ask_disconnect(
      ${request}, ${ask.mac}, ${ask.account}, ${ask.site}, ${ask.actor}, ${ask.reason})`
  return request
}

/** Has the gateway ask again who this device is; `form` is the way of asking that is tried first. */
export async function askAgain(
  { sql }: Pick<Database, 'sql'>,
  ask: {
    readonly request: string
    readonly gateway: string
    readonly mac: Mac
    readonly form: string | null
  },
): Promise<void> {
  await sql`select house.ask_again(${ask.request}, ${ask.gateway}, ${ask.mac}, ${ask.form})`
}

export async function loadDisconnects(
  { sql }: Pick<Database, 'sql'>,
  request: string,
): Promise<readonly Disconnect[]> {
  return sql<Disconnect[]>`
    select id, gateway, mac::text as mac, account, outcome, error_cause as "errorCause", form,
           is_taken as "isTaken"
    from house.disconnect_outcomes(${request})`
}

/** The gateways for which requests wait to be taken. */
export async function gatewaysToAsk({ sql }: Pick<Database, 'sql'>): Promise<readonly string[]> {
  const rows = await sql<{ gateway: string }[]>`
    select distinct gateway from house.disconnect where outcome is null and taken_at is null`
  return rows.map(({ gateway }) => gateway)
}

/**
 * Takes requests for gateways that this process reaches: those in `own`, by a connection of theirs or
 * where nobody can have one, and those in `byAddress` only after who holds their connection had a chance.
 */
export async function takeDisconnects(
  { sql }: Pick<Database, 'sql'>,
  by: {
    readonly process: string
    readonly own: readonly string[]
    readonly byAddress: readonly string[]
  },
): Promise<readonly DisconnectTask[]> {
  return sql<DisconnectTask[]>`
    update house.disconnect d set taken_by = ${by.process}, taken_at = now()
    from (
      select id from house.disconnect
      where outcome is null and taken_at is null
        and asked_at > now() - ${DISCONNECT_LIMITS.waitMs} * interval '1 ms'
        and (gateway = any(${by.own}::text[])
          or gateway = any(${by.byAddress}::text[])
            and asked_at < now() - ${DISCONNECT_LIMITS.preferConnectionMs} * interval '1 ms')
      order by id limit ${DISCONNECT_LIMITS.batch}
      for update skip locked
    ) mine
    where d.id = mine.id
    returning d.id, d.gateway, d.mac::text as mac, d.account,
      coalesce(d.form, (select f.form from house.disconnect_form f where f.gateway = d.gateway)) as form`
}

/** Records what came of it; the form that worked is the first to be tried next time. */
export async function endDisconnect(
  { sql }: Pick<Database, 'sql'>,
  task: DisconnectTask,
  { outcome, errorCause, form }: DisconnectResult,
): Promise<void> {
  await sql`
    update house.disconnect
    set outcome = ${outcome}, error_cause = ${errorCause}, form = ${form}, ended_at = now()
    where id = ${task.id} and outcome is null`
  if (outcome !== 'disconnected' || form === null || form === task.form) return
  await sql`
    insert into house.disconnect_form (gateway, form)
    select name, ${form} from house.gateway where name = ${task.gateway}
    on conflict (gateway) do update set form = excluded.form, worked_at = now()`
}

/** Ends what nobody could send, and what was left by a process that fell; returns how many. */
export async function endUnreachable({ sql }: Pick<Database, 'sql'>): Promise<number> {
  const ended = await sql`
    update house.disconnect
    set ended_at = now(),
        outcome = case when taken_at is null then 'unreachable' else 'no-answer' end
    where id in (
      select id from house.disconnect
      where outcome is null and (
        taken_at is null and asked_at < now() - ${DISCONNECT_LIMITS.waitMs} * interval '1 ms'
        or taken_at < now() - ${DISCONNECT_LIMITS.workMs} * interval '1 ms')
      -- Each process of the fleet looks: what another ends at this moment is done.
      for update skip locked)`
  return ended.count
}

/** Who was asked to leave is personal data: it is known for a month. */
export function disconnectsJob({ sql }: Pick<Database, 'sql'>): Job {
  return {
    name: 'disconnects',
    everyMs: HOUR_MS,
    async run() {
      const gone = await sql`
        delete from house.disconnect where asked_at < now() - ${LIFE}::interval`
      return jobPart('disconnects', { requests: gone.count })
    },
  }
}
