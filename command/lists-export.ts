import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { AppError } from '#core/error.ts'
import { loadListHeads, readListText } from '#db/lists.ts'
import { exportRpz } from '../dns-filter/lists/export-rpz.ts'
import { rpzZone } from '../dns-filter/lists/rpz-zone.ts'
import { withHouseAs } from './house.ts'
import { UsageError } from './run.ts'

/** `lists export --rpz`: the lists of a network, or those named, for resolvers that read such zones. */
export async function runListsExport(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rpz: { type: 'boolean', default: false },
      network: { type: 'string' },
      zone: { type: 'string', default: 'rpz.accueil.' },
      out: { type: 'string' },
    },
  })
  if (!values.rpz) throw new UsageError('say --rpz: it is the only format there is')
  const { network, out } = values
  if (network !== undefined && network !== 'guest' && network !== 'staff') {
    throw new UsageError(`--network "${network}" is neither guest nor staff`)
  }
  const zone = rpzZone(values.zone, Date.now())
  if (zone === null) {
    throw new UsageError(`--zone "${values.zone}" is not a domain name of 100 letters at most`)
  }
  await withHouseAs('dns', 'lists export', async ({ database }) => {
    const heads = await loadListHeads(database)
    const unknown = positionals.find((name) => !heads.some((head) => head.name === name))
    if (unknown !== undefined) throw new AppError('list', `there is no list "${unknown}"`)
    const wanted = heads
      .filter(({ name }) => positionals.length === 0 || positionals.includes(name))
      .filter(({ blocks }) => network === undefined || blocks.includes(network))
    const texts: Uint8Array[] = []
    for (const { name } of wanted) texts.push(await readListText(database, name))
    const lines = exportRpz(texts, zone)
    const sink = out === undefined ? process.stdout : createWriteStream(out)
    await pipeline(Readable.from(lines), sink, { end: out !== undefined })
  })
  return 0
}
