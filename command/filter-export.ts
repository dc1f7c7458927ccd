import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { rpzHead, rpzZone, fitsZone } from '../dns-filter/lists/rpz-zone.ts'
import type { RpzZone } from '../dns-filter/lists/rpz-zone.ts'
import { EXPORT_FORMATS, exportPolicy, policyWriter } from '../dns-filter/policy/export-policy.ts'
import type { PolicyLine, PolicyWriter } from '../dns-filter/policy/export-policy.ts'
import { CLIENT_OPTIONS, filteredHouse, filterClient, instantOf } from './filter-client.ts'
import { withHouseAs } from './house.ts'
import { UsageError } from './run.ts'
import { writeOut } from './write-out.ts'

const PIECE = 64 * 1024

/** `filter export`: what a place's network may not ask for, for a resolver that is not ours. */
export async function runFilterExport(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...CLIENT_OPTIONS,
      format: { type: 'string', default: 'rpz' },
      zone: { type: 'string', default: 'rpz.accueil.' },
      out: { type: 'string' },
    },
  })
  const format = EXPORT_FORMATS.find((one) => one === values.format)
  if (format === undefined) {
    throw new UsageError(`--format "${values.format}" is not one of ${EXPORT_FORMATS.join(', ')}`)
  }
  const at = instantOf(values.at)
  const zone = rpzZone(values.zone, Date.now())
  if (zone === null) {
    throw new UsageError(`--zone "${values.zone}" is not a domain name of 100 letters at most`)
  }
  const { out } = values
  return withHouseAs('dns', 'filter export', async ({ config, database }) => {
    const client = await filterClient(database, values)
    const house = await filteredHouse(config, database)
    const writer = policyWriter(format, (name) => fitsZone(name, zone))
    const head = format === 'rpz' ? zone : null
    const pieces = textOf(
      head,
      exportPolicy(house, client, () => at),
      writer,
    )
    if (out === undefined) await writeOut(pieces)
    else await pipeline(pieces, createWriteStream(out))
    for (const [what, count] of Object.entries(writer.lost)) {
      console.error(`accueil: ${format} cannot say ${count} ${what}`)
    }
    return 0
  })
}

async function* textOf(
  zone: RpzZone | null,
  lines: AsyncIterable<PolicyLine>,
  writer: PolicyWriter,
): AsyncGenerator<string> {
  let piece = zone === null ? '' : rpzHead(zone)
  for await (const line of lines) {
    piece += writer.write(line)
    if (piece.length < PIECE) continue
    yield piece
    piece = ''
  }
  if (piece !== '') yield piece
}
