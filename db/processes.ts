import type { Problem } from '#core/role.ts'
import type { Database } from './connection.ts'

/** What a process tells of itself. */
export interface ProcessNote {
  readonly id: string
  readonly host: string
  readonly roles: readonly string[]
  readonly version: string
  readonly startedAt: Date
  readonly problems: readonly Problem[]
  /** Events in its spool. */
  readonly spooled: number
}

export async function noteProcess(
  { sql }: Pick<Database, 'sql'>,
  { id, host, roles, version, startedAt, problems, spooled }: ProcessNote,
): Promise<void> {
  await sql`
    select house.note_process(${id}, ${host}, ${[...roles]}, ${version}, ${startedAt},
      ${JSON.stringify(problems)}::text::jsonb, ${spooled})`
}

/** One that stops in order is not missed. */
export async function endProcess({ sql }: Pick<Database, 'sql'>, id: string): Promise<void> {
  await sql`select house.end_process(${id})`
}
