import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import type { Context, Handler, Hono } from 'hono'
import type postgres from 'postgres'
import type { z } from 'zod'
import { reasonOf } from '#core/error.ts'
import { answeredBefore, keepAnswer } from '#db/admin/answered-requests.ts'
import type { StoredAnswer } from '#db/admin/answered-requests.ts'
import { LIMITS } from '../../limits.ts'
import { readBody } from '../../read-form.ts'
import type { Services } from '../../services.ts'
import { refusedToken, shownToken, withoutToken } from '../bearer.ts'
import { problem } from '../problem.ts'
import type { ProblemCode } from '../problem.ts'
import { answerOfLog } from './serve-log.ts'
import { partsOf } from './route.ts'
import type { AdminAnswer, AdminRequest, AdminRoute, AnsweredFile, Caller } from './route.ts'

/** Puts the routes at their addresses; another method of one of them is told which there are. */
export function adminApi(app: Hono, services: Services, routes: readonly AdminRoute[]): void {
  for (const route of routes) app.on(route.method, pathOf(route), serve(services, route))
  for (const [path, same] of Map.groupBy(routes, pathOf)) {
    app.all(path, function otherMethod(c) {
      c.header('Allow', same.map(({ method }) => method.toUpperCase()).join(', '))
      return problem(c, 'bad-method', 'Allow says which methods there are.')
    })
  }
}

/** `/api/v1/rules/{id}` as Hono has it. */
function pathOf({ path }: AdminRoute): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1')
}

interface Refused {
  readonly code: ProblemCode
  readonly detail: string
}

function serve(services: Services, route: AdminRoute): Handler {
  return async function adminRouteHandler(c) {
    const token = shownToken(c)
    if (token === null) return withoutToken(c)
    try {
      const known = await services.admin.token(token)
      if (!known.ok) return refusedToken(c, known.refusal, route.action)
      // Before the request is read: who may not, is not told what of it is wrong.
      if (!known.rights.has(route.action)) return refusedToken(c, 'scope', route.action)
      const read = await readRequest(c, route, known)
      if ('code' in read) return problem(c, read.code, read.detail)
      return route.of === 'log'
        ? await answerOfLog(c, services, route, { ...read, token })
        : await answer(c, services, route, read)
    } catch (thrown) {
      services.counters.databaseFailures.inc()
      services.log.warn('portal.api.failed', { reason: reasonOf(thrown) })
      c.header('Retry-After', '10')
      return problem(c, 'unavailable', 'Try again in a few seconds.')
    }
  }
}

type ReadRequest = Omit<AdminRequest<unknown, unknown, unknown>, 'sql' | 'services'> & {
  /** Of method, address and body. */
  readonly sha256: Uint8Array
  readonly idempotencyKey: string | null
}

async function readRequest(
  c: Context,
  route: AdminRoute,
  caller: Caller,
): Promise<ReadRequest | Refused> {
  const id = route.idSchema?.safeParse(idGiven(c, route))
  if (id?.success === false) {
    return { code: 'not-found', detail: 'There is none, or none that this token may see.' }
  }
  const { searchParams, pathname, search } = new URL(c.req.url)
  const repeated = [...searchParams.keys()].find((name) => searchParams.getAll(name).length > 1)
  if (repeated !== undefined) {
    return { code: 'bad-parameter', detail: `${repeated} is given more than once` }
  }
  const given = Object.fromEntries(searchParams)
  const query = readBy(route.query, given)
  if (query.problem !== null) return { code: 'bad-parameter', detail: query.problem }
  const bytes = await readBody(c, LIMITS.apiBodyBytes)
  if (bytes === 'too-large') {
    return { code: 'too-large', detail: `Send ${LIMITS.apiBodyBytes} bytes at most.` }
  }
  const text = bytes.toString('utf8')
  const json = route.body === null ? null : parseJson(c, text)
  if (json !== null && 'code' in json) return json
  const body = readBy(route.body, json?.value)
  if (body.problem !== null) return { code: 'bad-body', detail: body.problem }
  const ifMatch = readIfMatch(c.req.header('If-Match'))
  if (route.ifMatch === 'required' && ifMatch === null) {
    return {
      code: 'no-if-match',
      detail: 'Send If-Match with the ETag of what you read, or * for any state.',
    }
  }
  const idempotencyKey = headerText(c, 'Idempotency-Key', LIMITS.apiKeyCharacters)
  if (route.isSecret === true && idempotencyKey !== null) {
    return {
      code: 'refused',
      detail: 'What is answered here is kept nowhere: send it without Idempotency-Key.',
    }
  }
  return {
    ...{ caller, id: id?.data ?? '', query: query.value, body: body.value, ifMatch },
    reason: headerText(c, 'Audit-Reason', LIMITS.apiReasonCharacters),
    idempotencyKey,
    sha256: createHash('sha256').update(`${c.req.method} ${pathname}${search}\n${text}`).digest(),
  }
}

/** One part of the path is a text, several are an object. */
function idGiven(c: Context, { path }: AdminRoute): unknown {
  const parts = partsOf(path).map((name) => [name, c.req.param(name) ?? ''] as const)
  return parts.length === 1 ? parts[0]?.[1] : Object.fromEntries(parts)
}

async function answer(
  c: Context,
  services: Services,
  route: Extract<AdminRoute, { of: 'administration' }>,
  { sha256, idempotencyKey, ...request }: ReadRequest,
): Promise<Response> {
  const { caller } = request
  const reach = caller.rights.reach(route.action)
  const run = (sql: postgres.TransactionSql): Promise<AdminAnswer> =>
    route.run({ ...request, sql, services })
  const stored = await services.admin.transaction<StoredAnswer | Refused | AnsweredFile>(
    { actor: caller.actor, reach },
    async (sql) => {
      const isWrite = route.method !== 'get'
      if (route.method !== 'post' || idempotencyKey === null) {
        return storedOf(await run(sql), isWrite)
      }
      const keyed = { sender: caller.name, key: idempotencyKey, sha256 }
      const before = await answeredBefore(sql, keyed)
      if (before.known === 'yes') return before.answer
      if (before.known === 'other') {
        return { code: 'refused', detail: 'This Idempotency-Key was for another request.' }
      }
      const made = storedOf(await run(sql), isWrite)
      if ('status' in made) await keepAnswer(sql, keyed, made)
      return made
    },
  )
  if ('code' in stored) return problem(c, stored.code, stored.detail)
  if ('bytes' in stored) return sendFile(c, stored)
  const { status, body } = stored
  const headers: Record<string, string> = {
    ...stored.headers,
    ...(route.isSecret === true ? { 'Cache-Control': 'no-store' } : {}),
  }
  const isSame = headers['ETag'] !== undefined && c.req.header('If-None-Match') === headers['ETag']
  if (c.req.method === 'GET' && isSame) return c.body(null, 304, headers)
  return new Response(status === 204 ? null : body, { status, headers })
}

/** Whatever is downloaded here is for who asked and nobody after them. */
function sendFile(c: Context, { name, type, bytes }: AnsweredFile): Response {
  c.header('Cache-Control', 'no-store')
  c.header('Content-Disposition', `attachment; filename="${name}"`)
  return c.body(bytes, 200, { 'Content-Type': type })
}

/** RFC 7234 §5.5: 299, a warning that lasts. Who reads no headers sees `declared`. */
const MANAGED_BY_FILE =
  '299 accueil "managed by file: the next apply brings back what the files say"'

function storedOf(made: AdminAnswer, isWrite: boolean): StoredAnswer | Refused | AnsweredFile {
  if ('problem' in made) return { code: made.problem, detail: made.detail }
  if ('file' in made) return made.file
  const thing = made.status === 204 ? made : made.body
  const isManaged = isWrite && 'declared' in thing && thing.declared === true
  const warning = isManaged ? { Warning: MANAGED_BY_FILE } : {}
  if (made.status === 204) return { status: 204, headers: warning, body: '' }
  const { status, body, etag, location } = made
  const headers = {
    'Content-Type': 'application/json',
    ...warning,
    ...(etag === undefined ? {} : { ETag: `"${etag}"` }),
    ...(location === undefined ? {} : { Location: location }),
  }
  return { status, headers, body: JSON.stringify(body) }
}

function readBy(
  schema: z.ZodType | null,
  given: unknown,
): { readonly value: unknown; readonly problem: string | null } {
  if (schema === null) {
    const names = given === undefined || given === null ? [] : Object.keys(given)
    const problem =
      names.length === 0 ? null : `${names.join(', ')} is not a parameter of this address`
    return { value: null, problem }
  }
  const read = schema.safeParse(given)
  if (read.success) return { value: read.data, problem: null }
  const said = read.error.issues.map((issue) =>
    issue.code === 'unrecognized_keys'
      ? `there is no ${issue.keys.join(', ')} here`
      : `${issue.path.join('.')} ${issue.message}`.trim(),
  )
  return { value: null, problem: said.join('; ') }
}

function parseJson(c: Context, text: string): { readonly value: unknown } | Refused {
  const type = c.req.header('Content-Type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json' && type !== 'application/merge-patch+json') {
    return { code: 'bad-body', detail: 'Send JSON, with Content-Type: application/json.' }
  }
  try {
    return { value: JSON.parse(text) }
  } catch {
    return { code: 'bad-body', detail: 'The body is not JSON.' }
  }
}

/** One entity tag or `*` (RFC 9110 §13.1.1); a weak one matches nothing. */
function readIfMatch(header: string | undefined): string | null {
  if (header === undefined) return null
  return header.trim() === '*' ? '*' : (/^"([^"]*)"$/.exec(header.trim())?.[1] ?? '')
}

function headerText(c: Context, name: string, most: number): string | null {
  const given = c.req.header(name) ?? ''
  const bytes = Buffer.from(given, 'latin1')
  // Read as Latin-1; most programs write UTF-8 into it.
  const text = (isUtf8(bytes) ? bytes.toString('utf8') : given)
    .replace(/\p{Cc}/gu, ' ')
    .trim()
    .slice(0, most)
  return text === '' ? null : text
}
