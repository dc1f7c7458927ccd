import { parseArgs } from 'node:util'
import { AppError } from '#core/error.ts'
import { writeAudit } from '#db/audit.ts'
import { DeclarationError } from '#db/declaration/apply.ts'
import { summaryOf, syncInventory } from '#db/inventory/sync.ts'
import type { Synced } from '#db/inventory/sync.ts'
import { cliActor, tellChanges, tellProblems } from './apply.ts'
import { requireReason } from './criteria.ts'
import { createProgressBar } from './progress-bar.ts'
import { requireMigrated, requireOwner, withHouse } from './house.ts'

/** `inventory check`: what NetBox would change now, and nothing is changed. */
export async function runInventoryCheck(args: readonly string[]): Promise<number> {
  parseArgs({ args: [...args], options: {} })
  return synced('look', null)
}

/** `inventory accept`: takes over what NetBox has now, also where so much is gone that it was held back. */
export async function runInventoryAccept(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { reason: { type: 'string' } } })
  return synced('accept', requireReason(values.reason))
}

async function synced(how: 'look' | 'accept', reason: string | null): Promise<number> {
  const actor = cliActor()
  const bar = createProgressBar('NetBox')
  try {
    const done = await withHouse(`inventory ${how}`, async ({ database, seal }) => {
      await requireMigrated(database)
      await requireOwner(database)
      const result = await syncInventory(database, seal, {
        ...{ how, actor, now: Date.now(), progress: bar.progress },
      })
      if (how === 'accept' && result !== null) {
        await writeAudit(database.kysely, {
          ...{ actor, action: 'inventory.accept', subject: 'inventory', reason },
          details: { changes: result.changes.length, gone: result.gone },
        })
      }
      return result
    })
    bar.end()
    if (done === null) {
      throw new AppError('inventory', 'no inventory is declared: docs/inventory.md shows how')
    }
    tellChanges(done.changes, how === 'look', notesOn(done))
    return 0
  } catch (thrown) {
    bar.end()
    if (thrown instanceof DeclarationError) return tellProblems(thrown.problems)
    throw thrown
  }
}

function notesOn(done: Synced): readonly string[] {
  const { places, gone, isHeld } = done
  return [
    `${places} places in NetBox`,
    ...gone.map(
      (code) => `the place ${code} is gone from NetBox: its gateways go, the place stays`,
    ),
    ...(isHeld ? [summaryOf(done)] : []),
  ]
}
