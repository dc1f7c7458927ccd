import { createHash } from 'node:crypto'
import { reasonOf } from '#core/error.ts'
import type { Seal } from '#core/seal.ts'
import type { Database } from '../connection.ts'
import { applyDeclaration, DeclarationError } from '../declaration/apply.ts'
import { formatChange } from '../declaration/difference.ts'
import type { Change } from '../declaration/difference.ts'
import type { Job } from '../jobs.ts'
import { stretch, unheard } from '../progress.ts'
import type { Progress } from '../progress.ts'
import { NETBOX_LIMITS } from './limits.ts'
import { readNetBox } from './netbox.ts'
import { loadInventory } from './settings.ts'
import type { InventorySettings } from './settings.ts'
import { declarationOf } from './site-table.ts'
import { jobPart } from '../job-lines.ts'

const EVERY_MS = 15 * 60_000
/** Of the whole: it is somebody else's machine that is asked. */
const READ = 0.6
/** Of a difference that waits: whoever looks at it needs no more to see what it is. */
const MOST_HELD_LINES = 500

export interface SyncOptions {
  /** `look`: nothing is changed. `accept`: also where it would be held back. */
  readonly how: 'look' | 'sync' | 'accept'
  readonly actor: string
  readonly now: number
  /** How long one answer of NetBox may take; absent: as its limits say. */
  readonly answerMs?: number
  readonly progress?: Progress
}

export interface Synced {
  readonly places: number
  readonly changes: readonly Change[]
  /** Places that were NetBox's and are there no more: their gateways go, the places stay for the log's sake. */
  readonly gone: readonly string[]
  /** So many are gone that somebody must look first: nothing was changed. */
  readonly isHeld: boolean
}

/**
 * Makes the places as NetBox has them, in one transaction; null where no inventory is declared. Throws an AppError
 * where NetBox does not answer as it should, or a DeclarationError that names what does not fit.
 */
export async function syncInventory(
  database: Database,
  seal: Seal,
  { how, actor, now, answerMs, progress = unheard }: SyncOptions,
): Promise<Synced | null> {
  const { kysely, sql } = database
  const settings = await loadInventory(kysely, seal)
  if (settings === null) return null
  const access = { ...settings.access, answerMs: answerMs ?? settings.access.answerMs }
  const lines = await readNetBox(access, settings.mapping, stretch(progress, 0, READ))
  const known = await sql<{ site: string }[]>`select site from house.inventory_site order by site`
  const codes = new Set(lines.flatMap(({ say }) => say('code') ?? []))
  const gone = known.map(({ site }) => site).filter((site) => !codes.has(site))
  const outcome = await declarationOf(lines, { kysely, seal, outOfUse: new Set(gone) })
  if (!outcome.ok) throw new DeclarationError(outcome.problems)
  const isTooMuch = gone.length > mostGone(settings, known.length)
  const isHeld = isTooMuch && how !== 'accept' && !(await isAccepted(database, gone))
  const changes = await applyDeclaration(database, seal, outcome.declaration, {
    ...{ actor, now, takesOver: true },
    dryRun: isHeld || how === 'look',
    progress: stretch(progress, READ, 1),
  })
  const synced = { places: codes.size, changes, gone, isHeld }
  if (how !== 'look') await recordSync(database, synced, codes)
  return synced
}

function mostGone({ mostMissing }: InventorySettings, known: number): number {
  return Math.max(NETBOX_LIMITS.alwaysMissing, Math.floor((known * mostMissing) / 100))
}

function digestOf(gone: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(gone)).digest('hex')
}

async function isAccepted({ sql }: Database, gone: readonly string[]): Promise<boolean> {
  const [row] = await sql<{ accepted: string | null }[]>`
    select accepted_sha256 as accepted from house.inventory_state`
  return row?.accepted === digestOf(gone)
}

async function recordSync(
  { sql }: Database,
  { places, changes, gone, isHeld }: Synced,
  codes: ReadonlySet<string>,
): Promise<void> {
  const held = isHeld ? changes.map(formatChange).slice(0, MOST_HELD_LINES) : null
  await sql.begin(async (sql) => {
    await sql`
      insert into house.inventory_state (checked_at, places, held, held_sha256)
      values (now(), ${places}, ${held === null ? null : sql.json(held)}, ${isHeld ? digestOf(gone) : null})
      on conflict (id) do update set checked_at = now(), places = excluded.places, error = null,
        held = excluded.held, held_sha256 = excluded.held_sha256,
        accepted_sha256 = case when ${isHeld} then house.inventory_state.accepted_sha256 end,
        accepted_by = case when ${isHeld} then house.inventory_state.accepted_by end`
    if (isHeld) return
    await sql`delete from house.inventory_site where not site = any (${[...codes]})`
    await sql`
      insert into house.inventory_site select code from house.site where code = any (${[...codes]})
      on conflict do nothing`
  })
}

export interface InventoryJobDeps {
  /** As the jobs, who read no secret of a gateway. */
  readonly database: Database
  /** As the role that makes places; closed again after each poll. */
  readonly open: () => Database
  readonly seal: Seal
  readonly clock: () => number
  readonly answerMs?: number
}

/** A poll; the webhook only asks for it. What NetBox does wrong is told where it is looked at, and tried again. */
export function inventoryJob({ database, open, seal, clock, ...limits }: InventoryJobDeps): Job {
  return {
    name: 'inventory',
    everyMs: EVERY_MS,
    async run(progress) {
      const [declared] = await database.sql`select url from house.inventory`
      if (declared === undefined) return summaryOf(null)
      const own = open()
      const said = progress === undefined ? {} : { progress }
      try {
        const options = { how: 'sync', actor: 'job:inventory', now: clock() } as const
        return summaryOf(await syncInventory(own, seal, { ...options, ...limits, ...said }))
      } catch (thrown) {
        const reason = reasonOf(thrown)
        await database.sql`
          insert into house.inventory_state (checked_at, places, error) values (now(), 0, ${reason})
          on conflict (id) do update set checked_at = now(), error = excluded.error`
        return jobPart('inventoryFailed', { reasonName: reason.slice(0, 500) })
      } finally {
        await own.close()
      }
    },
  }
}

export function summaryOf(synced: Synced | null): string {
  if (synced === null) return jobPart('noInventory', {})
  const { places, changes, gone, isHeld } = synced
  if (!isHeld) return jobPart('inventory', { places, changes: changes.length, gone: gone.length })
  return jobPart('inventoryHeld', { gone: gone.length })
}
