import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { formatAddress, parseAddress, PrefixTable } from '#core/ip.ts'
import type { Database } from '#db/connection.ts'
import {
  WINDOW_LIMITS,
  closeFilterWindows,
  openFilterWindow,
  readSeenNames,
} from '#db/filter-windows.ts'
import { loadNetworks } from '#db/sites.ts'
import { cliActor } from './apply.ts'
import { requireReason } from './criteria.ts'
import { lengthOf, networkOf } from './filter-scope.ts'
import { withHouseAs } from './house.ts'
import { UsageError } from './run.ts'

const LOOK_MS = 500
const MINUTE_MS = 60_000

/** The names that one device asks for, shown as they come and kept nowhere afterwards. */
export async function runFilterWatch(args: readonly string[]): Promise<number> {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ site: text, network: text, ip: text, device: text, reason: text },
      for: { type: 'string', default: '10m' },
    },
  })
  const { site, device = null } = values
  if (site === undefined) throw new UsageError('--site is missing: say where the device is')
  const network = networkOf(values.network) ?? 'guest'
  const minutes =
    lengthOf('--for', values.for, WINDOW_LIMITS.longestMinutes * MINUTE_MS) / MINUTE_MS
  const reason = requireReason(values.reason)
  return withHouseAs('operator', 'filter watch', async ({ database }) => {
    const address = await addressOf(database, { site, network, ip: values.ip, device })
    const window = { site, network, address, device }
    const opened = await openFilterWindow(database, window, { actor: cliActor(), reason, minutes })
    console.error(
      `accueil: names of ${device ?? address} are shown until ${opened.until.toISOString()} or Ctrl-C, then nothing of them is kept`,
    )
    const stop = new AbortController()
    const end = (): void => stop.abort()
    process.once('SIGINT', end).once('SIGTERM', end)
    try {
      await show(database, opened.id, opened.until, stop.signal)
    } finally {
      process.off('SIGINT', end).off('SIGTERM', end)
      await closeFilterWindows(database, cliActor(), opened.id)
    }
    return 0
  })
}

/** An address must be of the place: behind the address of a gateway there would be all of its devices. */
async function addressOf(
  database: Database,
  asked: {
    readonly site: string
    readonly network: string
    readonly ip: string | undefined
    readonly device: string | null
  },
): Promise<string | null> {
  const { site, network, ip, device } = asked
  if ((ip === undefined) === (device === null)) {
    throw new UsageError('say which device: --ip of the place, or --device with its name')
  }
  const here = (await loadNetworks(database)).find(
    (one) => one.site === site && one.kind === network,
  )
  if (here === undefined) throw new UsageError(`--site "${site}" has no ${network} network`)
  if (ip === undefined) {
    const known = await database.kysely
      .selectFrom('house.filter_device')
      .select('name')
      .where('site', '=', site)
      .where('network', '=', here.kind)
      .where('name', '=', device)
      .executeTakeFirst()
    if (known === undefined) throw new UsageError(`--device "${device}" is not declared there`)
    return null
  }
  const bytes = parseAddress(ip)
  const subnets = new PrefixTable(here.subnets.map((subnet) => [subnet, true] as const))
  if (bytes === null || subnets.lookup(bytes) !== true) {
    throw new UsageError(`--ip "${ip}" is not an address of the ${network} network of ${site}`)
  }
  return formatAddress(bytes)
}

async function show(
  database: Database,
  window: string,
  until: Date,
  signal: AbortSignal,
): Promise<void> {
  let last = '0'
  while (!signal.aborted && Date.now() < until.getTime()) {
    for (const { id, at, name, type, category } of await readSeenNames(database, window, last)) {
      last = id
      console.log([at.toISOString(), name, `type ${type}`, category ?? 'let through'].join('  '))
    }
    await sleep(LOOK_MS, undefined, { signal }).catch(() => {})
  }
}
