import { userInfo } from 'node:os'
import { parseArgs } from 'node:util'
import { printable } from '#core/printable.ts'
import { DeclarationError, applyDeclaration } from '#db/declaration/apply.ts'
import { formatChange } from '#db/declaration/difference.ts'
import type { Change } from '#db/declaration/difference.ts'
import { lastWeekOfChanges } from '#db/declaration/last-week.ts'
import { readDeclaration } from '#db/declaration/read.ts'
import type { Declaration } from '#db/declaration/read.ts'
import { knownSeal, requireConfig, requireMigrated, requireOwner, withHouse } from './house.ts'
import { ownRadius } from './own-radius.ts'
import { EXIT_FAILED, UsageError } from './run.ts'

export async function runApply(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { 'dry-run': { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  if (positionals.length === 0) throw new UsageError('apply needs a file')
  const read = readDeclaration(positionals, () => knownSeal(requireConfig()))
  if (!read.ok) return tellProblems(read.problems)

  const dryRun = values['dry-run']
  try {
    const { changes, week } = await withHouse('apply', async ({ config, database, seal }) => {
      await requireMigrated(database)
      await requireOwner(database)
      const actor = cliActor()
      const own = ownRadius(config)
      const options = { dryRun, actor, now: Date.now(), own }
      const changes = await applyDeclaration(database, seal, read.declaration, options)
      return { changes, week: dryRun ? await lastWeekOfChanges(database, changes) : NOTHING }
    })
    tellChanges(changes, dryRun, notesOn(read.declaration), week)
    return 0
  } catch (thrown) {
    if (thrown instanceof DeclarationError) return tellProblems(thrown.problems)
    throw thrown
  }
}

const NOTHING: ReadonlyMap<Change, readonly string[]> = new Map()

/** The difference, what is said beneath some of it, and how many lines it has. */
export function tellChanges(
  changes: readonly Change[],
  dryRun: boolean,
  notes: readonly string[],
  beneath: ReadonlyMap<Change, readonly string[]> = NOTHING,
): void {
  for (const change of changes) {
    console.log(printable(formatChange(change)))
    for (const line of beneath.get(change) ?? []) console.log(`    ${printable(line)}`)
  }
  for (const note of notes) console.log(`note: ${printable(note)}`)
  const count = changes.length === 1 ? '1 change' : `${changes.length} changes`
  if (changes.length === 0) console.log('Nothing to change.')
  else console.log(dryRun ? `${count} would be made.` : `${count} made.`)
}

/** Who looks or changes, as the audit keeps it. */
export function cliActor(): string {
  // Only root is believed when it says for whom it acts: a pack takes two people.
  const behind = process.getuid?.() === 0 ? process.env['SUDO_USER'] : undefined
  return `cli:${behind ?? userInfo().username}`
}

function notesOn(declaration: Declaration): readonly string[] {
  const grouped = declaration.accounts?.filter(({ groups }) => groups.length > 0) ?? []
  return grouped.length === 0
    ? []
    : ['groups of accounts are kept; nothing is decided by group in this version']
}

export function tellProblems(problems: readonly string[]): number {
  for (const problem of problems) console.error(printable(problem))
  const count = problems.length === 1 ? '1 mistake' : `${problems.length} mistakes`
  console.error(`accueil: ${count}; nothing was changed`)
  return EXIT_FAILED
}
