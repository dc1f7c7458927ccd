import { holdBack, saveFailure, saveFetched, saveUnchanged } from '#db/list-states.ts'
import type { DueOrigin, FetchedList, ListCounts } from '#db/list-states.ts'
import type { Database } from '#db/connection.ts'
import type { ListKey } from '#db/list-keys.ts'
import { readListText } from '#db/lists.ts'
import { LIMITS } from '../limits.ts'
import { ListReader } from '../lists/list-reader.ts'
import { createSlices } from '../lists/slices.ts'
import { httpGet } from './http-get.ts'
import { transferZone } from '../transfer/zone-transfer.ts'
import { unpackList } from './unpack.ts'

export type Refreshed =
  | { readonly kind: 'unchanged' | 'gone' }
  | { readonly kind: 'changed'; readonly counts: ListCounts }
  | { readonly kind: 'held-back'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string }

const LINES_A_TURN = 512

/** Fetches one list and puts it in force, or says why the one in force stays. */
export async function refreshList(
  database: Pick<Database, 'sql' | 'kysely'>,
  origin: DueOrigin,
  /** For a zone; null: its key cannot be opened. */
  key: ListKey | null | undefined,
): Promise<Refreshed> {
  const got = isZone(origin.url) ? await getZone(database, origin, key) : await getFile(origin)
  if (got.kind === 'unchanged') {
    await saveUnchanged(database, origin.list)
    return got
  }
  const read = got.kind === 'failed' ? got : await readText(got)
  if (read.kind === 'failed') {
    await saveFailure(database, origin, read.reason)
    return read
  }
  const { counts } = read
  const before = origin.names ?? 0
  if (before >= LIMITS.shrinkNames && counts.names < before / 2) {
    const reason = `it has ${counts.names} names where it had ${before}: held back until "accueil lists accept ${origin.list}"`
    await holdBack(database, origin, read, reason)
    return { kind: 'held-back', reason }
  }
  const isThere = await saveFetched(database, origin, read)
  return isThere ? { kind: 'changed', counts } : { kind: 'gone' }
}

type FetchedText = { readonly kind: 'text' } & Omit<FetchedList, 'counts'>
type Failed = { readonly kind: 'failed'; readonly reason: string }
type Fetched = { readonly kind: 'unchanged' } | FetchedText | Failed

function failed(reason: string): Failed {
  return { kind: 'failed', reason }
}

function isZone(url: string): boolean {
  return url.startsWith('rpz+axfr:')
}

async function getFile(origin: DueOrigin): Promise<Fetched> {
  const got = await httpGet(origin.url, origin)
  if (got.kind !== 'body') return got
  const { body, etag, lastModified } = got
  const unpacked = await unpackList(body, origin)
  if (!unpacked.ok) return failed(unpacked.reason)
  const { text } = unpacked
  if (isWebPage(text)) return failed('it is a web page, not a list')
  return { kind: 'text', text, etag, lastModified, refreshSeconds: null }
}

async function getZone(
  database: Pick<Database, 'kysely'>,
  { list, url, allowPrivate }: DueOrigin,
  key: ListKey | null | undefined,
): Promise<Fetched> {
  if (key === null) return failed('its key was sealed under another master key: declare it again')
  const text = await readListText(database, list)
  const got = await transferZone({ url, allowPrivate, key: key ?? null, text, now: Date.now() })
  return got.kind === 'zone' ? { ...got, kind: 'text', etag: null, lastModified: null } : got
}

async function readText(got: FetchedText): Promise<({ kind: 'text' } & FetchedList) | Failed> {
  const counts = await countList(got.text)
  if (counts.names === 0) {
    return failed(
      counts.lines === 0 ? 'it is empty' : `of its ${counts.lines} lines none names a domain`,
    )
  }
  return { ...got, counts }
}

/** What a login page, a parked domain or a moved project is served as. */
function isWebPage(text: Uint8Array): boolean {
  const head = Buffer.from(text.subarray(0, 1024)).toString('latin1')
  return /^\s*(\xef\xbb\xbf)?\s*<(!doctype\s+html|html|head|\?xml|!--)/i.test(head)
}

/** Reads a whole list as the compiler will. */
export async function countList(text: Uint8Array): Promise<ListCounts> {
  const reader = new ListReader(text, () => {})
  const slices = createSlices(LIMITS.compileSlice)
  while (reader.read(LINES_A_TURN)) await slices.pause()
  return reader.report()
}
