import { request as requestPlain } from 'node:http'
import { request as requestTls } from 'node:https'
import { z } from 'zod'
import { AppError, reasonOf } from '#core/error.ts'
import type { Progress } from '../progress.ts'
import { NETBOX_LIMITS } from './limits.ts'

export interface NetBoxAccess {
  /** Without a slash at its end. */
  readonly url: string
  readonly token: string
  /** The only authorities its certificate may be of; null: those of the machine. */
  readonly ca: string | null
  /** For the whole answer to one question. */
  readonly answerMs: number
}

const page = z.object({
  count: z.number(),
  next: z.string().nullable(),
  results: z.array(z.unknown()),
})

/** Every row of a list of NetBox's REST API, page after page. Throws an AppError that says what to do. */
export async function readAll<T>(
  access: NetBoxAccess,
  path: string,
  query: Readonly<Record<string, string>>,
  row: z.ZodType<T>,
  progress: Progress,
): Promise<readonly T[]> {
  const first = new URL(`${access.url}/api/${path}/`)
  first.search = new URLSearchParams({ ...query, limit: String(NETBOX_LIMITS.pageRows) }).toString()
  const rows: T[] = []
  let next: URL | null = first
  for (let pages = 0; next !== null; pages += 1) {
    if (pages === NETBOX_LIMITS.pages) throw trouble(`${path} has more than ${pages} pages`)
    const read = page.safeParse(await readJson(access, next))
    if (!read.success) throw trouble(`${path} is not a list of NetBox's API: is it its address?`)
    for (const result of read.data.results) {
      const one = row.safeParse(result)
      if (!one.success) {
        const issue = one.error.issues[0]
        throw trouble(
          `${path} has a row that cannot be read: ${issue?.path.join('.')} ${issue?.message}`,
        )
      }
      rows.push(one.data)
    }
    progress(rows.length / Math.max(1, read.data.count))
    next = read.data.next === null ? null : sameHost(first, read.data.next)
    if (next === null && rows.length !== read.data.count) {
      // Half a list would look like places that are gone.
      throw trouble(`${path} gave ${rows.length} rows of ${read.data.count}: it changed meanwhile`)
    }
  }
  return rows
}

/** The token goes to no other server; behind a proxy NetBox may not know by which scheme it is asked. */
function sameHost(first: URL, next: string): URL {
  const url = URL.canParse(next, first.href) ? new URL(next, first.href) : null
  if (url === null || url.host !== first.host || url.pathname !== first.pathname) {
    throw trouble(`the next page is said to be at another address, ${next.slice(0, 200)}`)
  }
  url.protocol = first.protocol
  return url
}

async function readJson(access: NetBoxAccess, url: URL): Promise<unknown> {
  const late = AbortSignal.timeout(access.answerMs)
  const { status, type, text } = await get(url, access, late).catch((thrown: unknown) => {
    if (late.aborted) {
      throw trouble(
        `${url.host} gave no whole answer to ${url.pathname} within ${access.answerMs / 1000} s: see whether it is overloaded; a tag makes it less to answer`,
        thrown,
      )
    }
    throw trouble(`${url.host} does not answer: ${reasonOf(thrown)}`, thrown)
  })
  if (status === 401 || status === 403) {
    throw trouble(
      `the token is refused (${status}): make one that may read sites, prefixes and devices, and declare it`,
    )
  }
  if (status >= 300 && status < 400)
    throw trouble(`${url.pathname} is elsewhere (${status}): correct url`)
  if (status !== 200) throw trouble(`${url.pathname} was answered ${status}: ${text.slice(0, 200)}`)
  if (!type.startsWith('application/json')) {
    throw trouble(
      `${url.pathname} is "${type.slice(0, 60)}" and not JSON: a sign-in page stands before it?`,
    )
  }
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw trouble(`${url.pathname} is JSON that breaks off`)
  }
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly text: string
}

function get(url: URL, { token, ca }: NetBoxAccess, late: AbortSignal): Promise<Answer> {
  const request = url.protocol === 'https:' ? requestTls : requestPlain
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const sent = request(
    url,
    {
      headers: { Authorization: `Token ${token}`, Accept: 'application/json' },
      ...(ca === null ? {} : { ca }),
      // Of the whole answer, not of a silence in it.
      signal: late,
    },
    (response) => {
      const chunks: Buffer[] = []
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        bytes += chunk.length
        if (bytes > NETBOX_LIMITS.answerBytes) {
          response.destroy(new Error(`an answer of more than ${NETBOX_LIMITS.answerBytes} bytes`))
        }
      })
      response.on('error', reject)
      response.on('end', () => {
        const type = response.headers['content-type'] ?? ''
        const text = Buffer.concat(chunks).toString('utf8')
        resolve({ status: response.statusCode ?? 0, type, text })
      })
    },
  )
  sent.on('error', reject)
  sent.end()
  return promise
}

function trouble(what: string, cause?: unknown): AppError {
  return new AppError('netbox', `NetBox: ${what}`, { cause })
}
