import type { Seal } from '#core/seal.ts'
import type { Database } from '../connection.ts'
import { applyDeclaration, DeclarationError } from '../declaration/apply.ts'
import type { Change } from '../declaration/difference.ts'
import { readCsv } from './csv-table.ts'
import { findSiteColumns } from './site-columns.ts'
import type { Progress } from '../progress.ts'
import { declarationOf } from './site-table.ts'
import type { SiteLine } from './site-table.ts'

export interface SitesImport {
  readonly changes: readonly Change[]
  readonly notes: readonly string[]
  readonly places: number
}

/**
 * Adds and changes the places of a table, in one transaction; throws a DeclarationError that names every mistake by
 * its line. What the table does not say of a place stays, and so do places that are not in it.
 */
export async function importSites(
  database: Database,
  seal: Seal,
  { file, bytes }: { readonly file: string; readonly bytes: Uint8Array },
  options: {
    readonly dryRun: boolean
    readonly actor: string
    readonly now: number
    readonly progress?: Progress
    readonly agreed?: (changes: readonly Change[]) => boolean
  },
): Promise<SitesImport> {
  const read = readCsv(bytes)
  if (!read.ok) throw new DeclarationError([`${file}:${read.line}: ${read.problem}`])
  const { header, rows } = read.table
  const { at, unused, problems } = findSiteColumns(header, rows)
  if (problems.length > 0) {
    throw new DeclarationError(problems.map((problem) => `${file}:1: ${problem}`))
  }
  const lines = rows.map(({ line, cells }): SiteLine => ({
    origin: `${file}:${line}`,
    say(column) {
      const i = at.get(column)
      const cell = i === undefined ? undefined : cells[i]
      return cell === undefined || cell === '' ? null : cell
    },
  }))
  const outcome = await declarationOf(lines, { kysely: database.kysely, seal })
  if (!outcome.ok) throw new DeclarationError(outcome.problems)
  const changes = await applyDeclaration(database, seal, outcome.declaration, {
    ...options,
    takesOver: true,
  })
  const places = outcome.declaration.sites ?? []
  const ofFiles = new Set(
    places.filter(({ managed }) => managed === undefined).map(({ code }) => code),
  )
  const touched = [...ofFiles].filter((code) => changes.some((change) => isOf(change, code)))
  return {
    changes,
    places: places.length,
    notes: [
      ...unused.map((title) => `the column "${title}" is not kept`),
      ...touched.map(
        (code) =>
          `the place ${code} is managed by file: the next apply brings back what the files say`,
      ),
    ],
  }
}

function isOf({ before, after }: Change, site: string): boolean {
  const row = after ?? before
  return row?.['site'] === site || row?.['code'] === site
}
