import type { Handler } from 'hono'
import { problem } from './problem.ts'

export function onlyRead(): Handler {
  return function onlyReadHandler(c) {
    c.header('Allow', 'GET, HEAD')
    return problem(c, 'bad-method', 'Ask with GET.')
  }
}

export function apiNotFound(): Handler {
  return function apiNotFoundHandler(c) {
    return problem(c, 'not-found', 'What there is stands in /api/openapi.json.')
  }
}
