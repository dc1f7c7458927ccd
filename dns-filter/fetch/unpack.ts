import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { codeOf, reasonOf } from '#core/error.ts'
import { LIMITS } from '../limits.ts'
import { readTar } from './tar.ts'
import type { TarFile } from './tar.ts'

const unzip = promisify(gunzip)

export type Unpacked =
  | { readonly ok: true; readonly text: Uint8Array }
  | { readonly ok: false; readonly reason: string }

/**
 * The list in what was fetched: the text itself, unzipped where it is, and of an archive as Toulouse
 * makes them (UT1: `CATEGORY/domains`, `CATEGORY/urls`) the domains of the folder, then the hosts that
 * its addresses name as a whole.
 */
export async function unpackList(
  body: Uint8Array,
  options: {
    /** Of an archive; null: that of the category, or the only one there is. */
    readonly folder: string | null
    readonly category: string
    readonly unpackedBytes?: number
  },
): Promise<Unpacked> {
  const limit = options.unpackedBytes ?? LIMITS.fetchUnpacked
  let bytes = body
  try {
    // Once for the transfer, once for a file that is itself one.
    for (let i = 0; i < 2 && bytes[0] === 0x1f && bytes[1] === 0x8b; i++) {
      bytes = await unzip(bytes, { maxOutputLength: limit })
    }
  } catch (thrown) {
    return { ok: false, reason: gunzipReason(thrown, limit) }
  }
  if (bytes.length > limit) return { ok: false, reason: `it is longer than ${limit} bytes` }
  const files = readTar(bytes)
  return files === null ? { ok: true, text: bytes } : ofArchive(files, options)
}

function gunzipReason(thrown: unknown, limit: number): string {
  const code = codeOf(thrown) ?? ''
  if (code === 'ERR_BUFFER_TOO_LARGE') return `it unpacks to more than ${limit} bytes`
  return `it cannot be unpacked: ${reasonOf(thrown)}`
}

function ofArchive(
  files: readonly TarFile[],
  { folder, category }: { readonly folder: string | null; readonly category: string },
): Unpacked {
  const folders = new Map<string, Map<string, TarFile>>()
  const links = new Map<string, string>()
  for (const file of files) {
    const [name = '', above = ''] = file.path.split('/').toReversed()
    if (file.link !== null) {
      // `ads -> publicite`, as the archive of all categories has it.
      links.set(name, file.link.replace(/\/$/, '').split('/').at(-1) ?? '')
      continue
    }
    const inside = folders.get(above) ?? new Map<string, TarFile>()
    folders.set(above, inside.set(name, file))
  }
  const withDomains = [...folders].filter(([, inside]) => inside.has('domains'))
  const wanted = folder ?? category
  const found =
    folders.get(wanted) ??
    folders.get(links.get(wanted) ?? '') ??
    (folder === null && withDomains.length === 1 ? withDomains[0]?.[1] : undefined)
  const domains = found?.get('domains')
  if (domains === undefined) {
    const there = withDomains.map(([name]) => name).toSorted((a, b) => (a < b ? -1 : 1))
    return {
      ok: false,
      reason:
        there.length === 0
          ? 'the archive has no file "domains"'
          : `the archive has no "${wanted}/domains"; say which folder: ${there.slice(0, 100).join(', ')}`,
    }
  }
  const hosts = wholeHosts(found?.get('urls')?.content ?? new Uint8Array())
  const isEnded = domains.content.at(-1) === 0x0a || hosts.length === 0
  return {
    ok: true,
    text: new Uint8Array(
      Buffer.concat([domains.content, Buffer.from(isEnded ? hosts : `\n${hosts}`)]),
    ),
  }
}

/** Of addresses only those that name a host and nothing on it are for a resolver. */
function wholeHosts(urls: Uint8Array): string {
  const lines = Buffer.from(urls).toString('utf8').split(/\r?\n/)
  const hosts = lines.flatMap(
    (line) => /^([^/?#:\s]+\.[^/?#:\s]+)\/?$/.exec(line.trim())?.[1] ?? [],
  )
  return hosts.map((host) => `${host}\n`).join('')
}
