import { parseArgs } from 'node:util'
import { runSealing, sealingLine } from '#db/sealing/job.ts'
import { getOrCreateSealingKey } from '#db/sealing/sealing-key.ts'
import { cliActor } from './apply.ts'
import { requireMigrated, withHouse } from './house.ts'
import { EXIT_FAILED } from './run.ts'

/** Seals now what the job would seal within ten minutes; `--key` prints the public key instead. */
export async function runLogsSeal(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { key: { type: 'boolean', default: false } },
  })
  return withHouse('logs seal', async ({ database, seal }) => {
    await requireMigrated(database)
    if (values.key) {
      const key = await getOrCreateSealingKey(database, seal)
      process.stdout.write(key.publicPem)
      console.error(`key ${key.id}`)
      return 0
    }
    const outcome = await runSealing(database, seal, Date.now(), cliActor())
    console.log(sealingLine(outcome))
    for (const { day, target, reason } of outcome.failures) {
      console.error(`accueil: the seal of ${day} could not go to ${target}: ${reason}`)
    }
    return outcome.failures.length === 0 ? 0 : EXIT_FAILED
  })
}
