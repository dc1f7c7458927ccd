import { createHash } from 'node:crypto'
import type { Seal } from '#core/seal.ts'
import type { Database } from '../connection.ts'
import { DeclarationError } from '../declaration/apply.ts'
import { formatChange } from '../declaration/difference.ts'
import type { Change } from '../declaration/difference.ts'
import { jobPart } from '../job-lines.ts'
import type { Job } from '../jobs.ts'
import type { Progress } from '../progress.ts'
import { openTable } from '../sealed-table.ts'
import { importSites } from './import-sites.ts'
import type { SitesImport } from './import-sites.ts'

const EVERY_MS = 60 * 60_000
/** Lines of a difference, or mistakes, that are kept to be shown. */
const MOST_LINES = 500

export interface SiteImportJobDeps {
  /** As the jobs, who read no secret of a gateway. */
  readonly database: Database
  /** As the role that makes places; closed again after each run. */
  readonly open: () => Database
  readonly seal: Seal
  readonly clock: () => number
}

interface Waiting {
  readonly id: string
  readonly file: string
  readonly content: readonly string[]
  readonly acceptedBy: string | null
  readonly acceptedId: string | null
}

/** Says of an uploaded table what it would change, and changes it once somebody has accepted that; asked for by the page. */
export function siteImportJob({ database, open, seal, clock }: SiteImportJobDeps): Job {
  return {
    name: 'site-import',
    everyMs: EVERY_MS,
    async run(progress) {
      const [waits] = await database.sql`
        select from house.site_import where done_at is null
          and (read_at is null or accepted_by is not null or made_at < now() - interval '1 day')`
      if (waits === undefined) return jobPart('noImport', {})
      const own = open()
      try {
        // Nobody looked at it for a day: the secrets in it stay no longer.
        await own.sql`
          delete from house.site_import where accepted_by is null and made_at < now() - interval '1 day'`
        const [waiting] = await own.sql<Waiting[]>`
          select id, file, content, accepted_by as "acceptedBy", accepted_sha256 as "acceptedId"
          from house.site_import
          where content is not null and (read_at is null or accepted_by is not null)`
        if (waiting === undefined) return jobPart('noImport', {})
        return await carryOut(own, seal, waiting, { now: clock(), progress })
      } finally {
        await own.close()
      }
    },
  }
}

async function carryOut(
  own: Database,
  seal: Seal,
  { id, file, content, acceptedBy, acceptedId }: Waiting,
  { now, progress }: { readonly now: number; readonly progress: Progress | undefined },
): Promise<string> {
  const bytes = openTable(seal, content)
  const said = progress === undefined ? {} : { progress }
  const agreed = (changes: readonly Change[]): boolean => idOf(changes) === acceptedId
  try {
    if (bytes === null) throw new DeclarationError([`${file}: was sealed with another key`])
    const done = await importSites(
      own,
      seal,
      { file, bytes },
      {
        ...{ dryRun: acceptedBy === null, actor: acceptedBy ?? 'job:site-import', now },
        ...{ ...said, agreed },
      },
    )
    return await recordRead(own, id, done, acceptedBy !== null && agreed(done.changes))
  } catch (thrown) {
    if (!(thrown instanceof DeclarationError)) throw thrown
    const { problems } = thrown
    await own.sql`
      update house.site_import set read_at = now(), problems = ${problems.slice(0, MOST_LINES)},
        problem_count = ${problems.length}, done_at = now(), content = null
      where id = ${id}`
    return jobPart('importWrong', { mistakes: problems.length })
  }
}

/** What others did since it was read changes the difference: then it is to be read, and accepted, again. */
async function recordRead(
  { sql }: Database,
  id: string,
  { changes, notes, places }: SitesImport,
  isDone: boolean,
): Promise<string> {
  const lines = changes.map(formatChange).slice(0, MOST_LINES)
  await sql`
    update house.site_import set read_at = now(), places = ${places}, changes = ${lines},
      change_count = ${changes.length}, notes = ${notes.slice(0, MOST_LINES)},
      changes_sha256 = ${idOf(changes)},
      done_at = case when ${isDone} then now() end, content = case when not ${isDone} then content end,
      accepted_by = case when ${isDone} then accepted_by end,
      accepted_sha256 = case when ${isDone} then accepted_sha256 end
    where id = ${id}`
  const figures = { places, changes: changes.length }
  return isDone ? jobPart('imported', figures) : jobPart('importRead', figures)
}

function idOf(changes: readonly Change[]): string {
  return createHash('sha256')
    .update(JSON.stringify(changes.map(formatChange)))
    .digest('hex')
}
