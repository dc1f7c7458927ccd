import { z } from 'zod'
// The schemas are named where they are made: whoever writes the document needs them all.
import './schemas.ts'
import { problemResponses, parametersOf, reference } from '../openapi-parts.ts'
import { ADMIN_ROUTES } from './routes.ts'
import { partsOf } from './route.ts'
import type { AdminRoute } from './route.ts'

/** The administration's part of the OpenAPI document, from the very table that is served. */
export function adminPaths(): Record<string, object> {
  const byPath = Map.groupBy(ADMIN_ROUTES, ({ path }) => path)
  return Object.fromEntries(
    Array.from(byPath, ([path, routes]) => [
      path,
      Object.fromEntries(routes.map((route) => [route.method, operationOf(route)])),
    ]),
  )
}

function operationOf(route: AdminRoute): object {
  const { operationId, summary, description, action, answers, body, method } = route
  return {
    operationId,
    summary,
    description: [description, `Needs the scope ${action}.`].filter(Boolean).join(' '),
    parameters: [...pathParameters(route), ...queryParameters(route), ...headerParameters(route)],
    ...(body === null ? {} : { requestBody: { required: true, content: jsonOf(body) } }),
    responses: {
      [answers.status]: {
        description: DONE[answers.status],
        ...contentOf(answers),
        ...(hasEtag(route) ? { headers: { ETag: { schema: { type: 'string' } } } } : {}),
      },
      ...(method === 'get' && hasEtag(route)
        ? { 304: { description: 'It is as If-None-Match says' } }
        : {}),
      ...problemResponses(),
    },
  }
}

function contentOf({ schema, file }: AdminRoute['answers']): object {
  if (schema !== undefined)
    return { content: { 'application/json': { schema: reference(schema) } } }
  if (file === undefined) return {}
  return { content: { [file]: { schema: { type: 'string', format: 'binary' } } } }
}

const DONE = { 200: 'As asked', 201: 'Made', 204: 'Done' } as const

const HAVE_ETAGS: ReadonlySet<string> = new Set([
  ...['Rule', 'Site', 'Role', 'Terms', 'List', 'Network', 'Gateway', 'UnblockRequest'],
])

function hasEtag({ answers, path }: AdminRoute): boolean {
  const isOne = HAVE_ETAGS.has(answers.schema ?? '')
  return isOne && !path.includes('changes')
}

function pathParameters({ path, idSchema }: AdminRoute): readonly object[] {
  const names = partsOf(path)
  if (idSchema === null) return []
  const { properties = {}, ...whole } = z.toJSONSchema(idSchema, { io: 'input' })
  const { $schema: _, ...one } = whole
  return names.map((name) => ({
    ...{ name, in: 'path', required: true },
    schema: names.length === 1 ? one : (properties[name] ?? {}),
  }))
}

function queryParameters({ query }: AdminRoute): readonly object[] {
  return query === null ? [] : parametersOf(query)
}

function headerParameters({ method, ifMatch, isSecret }: AdminRoute): readonly object[] {
  const header = (name: string, required: boolean, description: string): object => ({
    ...{ name, in: 'header', required, description, schema: { type: 'string' } },
  })
  return [
    ...(ifMatch === undefined
      ? []
      : [header('If-Match', true, 'The ETag of what you read, or * for any state.')]),
    ...(method === 'post' && isSecret !== true
      ? [
          header(
            'Idempotency-Key',
            false,
            'A text of your own: the same request sent again within a day is done once and answered the same.',
          ),
        ]
      : []),
    header('Audit-Reason', false, 'Why. It stands in the audit with your name.'),
  ]
}

function jsonOf(schema: z.ZodType): object {
  return { 'application/json': { schema: jsonSchema(schema) } }
}

function jsonSchema(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return rest
}
