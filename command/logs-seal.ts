import { parseArgs } from 'node:util'
import { runSealing, sealingLine } from '#db/sealing/job.ts'
import { replaceSealingKey } from '#db/sealing/replace-key.ts'
import { getOrCreateSealingKey } from '#db/sealing/sealing-key.ts'
import { cliActor } from './apply.ts'
import { requireMigrated, requireOwner, withHouse, withHouseAs } from './house.ts'
import { EXIT_FAILED, UsageError } from './run.ts'

/**
 * Seals now what the job would seal within ten minutes. `--key` prints the public key instead, and
 * `--new-key` puts another in its place.
 */
export async function runLogsSeal(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      key: { type: 'boolean', default: false },
      'new-key': { type: 'boolean', default: false },
      lost: { type: 'boolean', default: false },
      reason: { type: 'string' },
    },
  })
  if (values['new-key']) return newKey(values.lost, values.reason?.trim() ?? '')
  if (values.lost || values.reason !== undefined) {
    throw new UsageError('--lost and --reason go with --new-key')
  }
  return withHouseAs('jobs', 'logs seal', async ({ database, seal }) => {
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

async function newKey(lost: boolean, reason: string): Promise<number> {
  if (lost && reason === '') {
    throw new UsageError(
      '--lost breaks the chain of keys: say why with --reason, verify repeats it',
    )
  }
  return withHouse('logs seal', async ({ database, seal }) => {
    await requireMigrated(database)
    // Once in years, and it takes the private key out: not a right that a process should have.
    await requireOwner(database)
    const given = { lost, reason: reason === '' ? null : reason, actor: cliActor() }
    const { from, to } = await replaceSealingKey(database, seal, { ...given, now: Date.now() })
    console.log(
      lost
        ? `The key ${to} takes the place of ${from}, which does not vouch for it: verify names the break.`
        : `The key ${from} has handed over to ${to} and is deleted.`,
    )
    console.log('Publish the new one too: npx accueil logs seal --key')
    return 0
  })
}
