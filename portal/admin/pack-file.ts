import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { ApprovedRequest } from '#db/export/export-requests.ts'
import { writePack } from '#db/export/pack.ts'
import { getOrCreateSealingKey } from '#db/sealing/sealing-key.ts'
import type { Services } from '../services.ts'
import { adminFr } from '../text/admin-fr.ts'
import type { LogView } from './log-request.ts'
import { instantAt } from './log-words.ts'

/** The pack of an approved request, made anew of the log as it is now; that it was stands in the audit. */
export async function packFile(
  { services, log }: { readonly services: Services } & Pick<LogView, 'log'>,
  request: ApprovedRequest,
  actor: string,
): Promise<ReadableStream<Uint8Array>> {
  const key = await getOrCreateSealingKey(log, services.seal)
  const zones = await zonesOfAll({ log })
  const folder = await mkdtemp(join(tmpdir(), 'accueil-pack-'))
  try {
    const path = join(folder, 'pack.zip')
    // A pack is read in French first, whatever the language of the page.
    const times = {
      zoneOf: (site: string) => zones.get(site) ?? 'UTC',
      zones: [...new Set(zones.values())].toSorted(),
      write: (at: Date, zone: string) => instantAt(at, zone, adminFr),
    }
    await writePack(log, key, request, { path, actor, clock: services.clock, times })
    const file = createReadStream(path)
    // Open, it needs no name: nothing of it stays on the disk, whatever becomes of the download.
    await new Promise<void>((resolve, reject) => {
      file.once('open', () => resolve())
      file.once('error', reject)
    })
    return Readable.toWeb(file)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** A pack has rows of whatever place was asked for, and one of a place that is gone. */
async function zonesOfAll({ log }: Pick<LogView, 'log'>): Promise<ReadonlyMap<string, string>> {
  const rows = await log.sql<{ code: string; timezone: string }[]>`
    select code, timezone from house.site`
  return new Map(rows.map(({ code, timezone }) => [code, timezone]))
}
