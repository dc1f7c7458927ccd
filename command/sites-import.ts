import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { AppError, reasonOf } from '#core/error.ts'
import { DeclarationError } from '#db/declaration/apply.ts'
import { importSites } from '#db/inventory/import-sites.ts'
import { cliActor, tellChanges, tellProblems } from './apply.ts'
import { requireMigrated, requireOwner, withHouse } from './house.ts'
import { createProgressBar } from './progress-bar.ts'
import { UsageError } from './run.ts'

/** `sites import`: places from a table as people keep it. */
export async function runSitesImport(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { 'dry-run': { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  const [file] = positionals
  if (file === undefined || positionals.length > 1) {
    throw new UsageError('sites import needs one file')
  }
  const bytes = bytesOf(file)
  const dryRun = values['dry-run']
  const bar = createProgressBar(file)
  try {
    const { changes, notes, places } = await withHouse(
      'sites import',
      async ({ database, seal }) => {
        await requireMigrated(database)
        await requireOwner(database)
        const options = { dryRun, actor: cliActor(), now: Date.now(), progress: bar.progress }
        return importSites(database, seal, { file, bytes }, options)
      },
    )
    bar.end()
    tellChanges(changes, dryRun, [`${places} places in ${file}`, ...notes])
    return 0
  } catch (thrown) {
    bar.end()
    if (thrown instanceof DeclarationError) return tellProblems(thrown.problems)
    throw thrown
  }
}

function bytesOf(file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (thrown) {
    throw new AppError('file', `${file} cannot be read (${reasonOf(thrown)})`, { cause: thrown })
  }
}
