import { parseArgs } from 'node:util'
import { writeAudit } from '#db/audit.ts'
import { dnsTokenOf, rotateDnsToken } from '#db/dns-tokens.ts'
import { loadNetworks } from '#db/sites.ts'
import { cliActor } from './apply.ts'
import { lengthOf, networkOf } from './filter-scope.ts'
import { requireMigrated, requireOwner, withHouse } from './house.ts'
import { UsageError } from './run.ts'

const LONGEST_GRACE_MS = 90 * 86_400_000

export async function runDnsToken(args: readonly string[]): Promise<number> {
  const text = { type: 'string' } as const
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      ...{ network: text, device: text },
      rotate: { type: 'boolean', default: false },
      grace: { type: 'string', default: '7d' },
    },
    allowPositionals: true,
  })
  const [site, more] = positionals
  if (site === undefined || more !== undefined) throw new UsageError('name one place')
  const network = networkOf(values.network) ?? 'guest'
  const { device = null } = values
  const grace = values.grace === '0' ? 0 : lengthOf('--grace', values.grace, LONGEST_GRACE_MS)
  return withHouse('dns token', async ({ database, seal }) => {
    await requireMigrated(database)
    await requireOwner(database)
    const known = (await loadNetworks(database)).some(
      (one) => one.site === site && one.kind === network,
    )
    if (!known) throw new UsageError(`"${site}" is not a place with a ${network} network`)
    const owner = { site, network, device }
    if (device !== null) {
      const row = await database.kysely
        .selectFrom('house.filter_device')
        .select('name')
        .where('site', '=', site)
        .where('network', '=', network)
        .where('name', '=', device)
        .executeTakeFirst()
      if (row === undefined) throw new UsageError(`--device "${device}" is not declared there`)
    }
    if (values.rotate) {
      const until = new Date(Date.now() + grace)
      await database.kysely.transaction().execute(async (kysely) => {
        await rotateDnsToken({ kysely }, owner, until)
        await writeAudit(kysely, {
          actor: cliActor(),
          action: 'dns.token.rotate',
          subject: [site, network, device].filter((part) => part !== null).join(' '),
          reason: null,
          details: { formerUntil: until.toISOString() },
        })
      })
      console.error(`accueil: the token before is valid until ${until.toISOString()}`)
    }
    console.log(await dnsTokenOf(database, seal, owner))
    return 0
  })
}
