import { holdBack, saveFailure, saveFetched, saveUnchanged } from '#db/list-states.ts'
import type { DueOrigin, FetchedList, ListCounts } from '#db/list-states.ts'
import type { Database } from '#db/connection.ts'
import { LIMITS } from '../limits.ts'
import { ListReader } from '../lists/list-reader.ts'
import { createSlices } from '../lists/slices.ts'
import { httpGet } from './http-get.ts'
import type { Got } from './http-get.ts'
import { unpackList } from './unpack.ts'

export type Refreshed =
  | { readonly kind: 'unchanged' | 'gone' }
  | { readonly kind: 'changed'; readonly counts: ListCounts }
  | { readonly kind: 'held-back'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string }

const LINES_A_TURN = 512

/** Fetches one list and puts it in force, or says why the one in force stays. */
export async function refreshList(
  database: Pick<Database, 'sql'>,
  origin: DueOrigin,
): Promise<Refreshed> {
  const got = await httpGet(origin.url, origin)
  if (got.kind === 'unchanged') {
    await saveUnchanged(database, origin.list)
    return got
  }
  const read = got.kind === 'failed' ? got : await readBody(got, origin)
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

type Read =
  | ({ readonly kind: 'text' } & FetchedList)
  | { readonly kind: 'failed'; readonly reason: string }

async function readBody(
  { body, etag, lastModified }: Extract<Got, { kind: 'body' }>,
  origin: DueOrigin,
): Promise<Read> {
  const no = (reason: string): Read => ({ kind: 'failed', reason })
  const unpacked = await unpackList(body, origin)
  if (!unpacked.ok) return no(unpacked.reason)
  const { text } = unpacked
  if (isWebPage(text)) return no('it is a web page, not a list')
  const counts = await countList(text)
  if (counts.names === 0) {
    return no(
      counts.lines === 0 ? 'it is empty' : `of its ${counts.lines} lines none names a domain`,
    )
  }
  return { kind: 'text', text, counts, etag, lastModified }
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
