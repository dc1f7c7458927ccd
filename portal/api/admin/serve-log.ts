import type { Context } from 'hono'
import { AppError } from '#core/error.ts'
import type { Services } from '../../services.ts'
import { problem } from '../problem.ts'
import type { AdminRoute, LogAnswer, LogRequest } from './route.ts'

type LogRoute = Extract<AdminRoute, { of: 'log' }>

/** What a route of the log answers: for who asked and nobody after them, and never kept. */
export async function answerOfLog(
  c: Context,
  services: Services,
  route: LogRoute,
  request: Omit<LogRequest<unknown, unknown, unknown>, 'log' | 'services'>,
): Promise<Response> {
  const { logDatabase: log } = services
  if (log === null) {
    return problem(
      c,
      'not-here',
      'Its login may not act as the role accueil_operator. Ask another process, or grant it.',
    )
  }
  const answer = await run(route, { ...request, services, log })
  if ('problem' in answer) return problem(c, answer.problem, answer.detail)
  c.header('Cache-Control', 'no-store')
  if (answer.status === 204) return c.body(null, 204)
  if ('file' in answer) {
    const { name, type, stream } = answer.file
    c.header('Content-Disposition', `attachment; filename="${name}"`)
    return c.body(stream, 200, { 'Content-Type': type })
  }
  const { status, body, location } = answer
  if (location !== undefined) c.header('Location', location)
  return c.body(JSON.stringify(body), status, { 'Content-Type': 'application/json' })
}

const TOO_WIDE: ReadonlySet<string> = new Set(['hold.too-wide', 'pack.too-wide'])

/** More rows than a pack or a hold has is nobody's fault but of the criteria; everything else went wrong. */
async function run(
  route: LogRoute,
  request: LogRequest<unknown, unknown, unknown>,
): Promise<LogAnswer> {
  try {
    return await route.run(request)
  } catch (thrown) {
    if (!(thrown instanceof AppError && TOO_WIDE.has(thrown.code))) throw thrown
    return { problem: 'refused', detail: 'Too many rows fit: narrow the criteria.' }
  }
}
