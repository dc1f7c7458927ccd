import type { Handler } from 'hono'
import { z } from 'zod'
import { loginQuery } from './login-schemas.ts'
import { adminPaths } from './admin/document.ts'
import { parametersOf, problemResponses, reference } from './openapi-parts.ts'

/** OpenAPI 3.1, whose schemas are JSON Schema 2020-12: made of the very schemas that requests are read by. */
export function openApiDocument(publicUrl: URL): object {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Accueil',
      version: '1',
      description:
        'What the pages of Accueil know and do, for programs. Every look is recorded in the audit.',
    },
    servers: [{ url: new URL('/', publicUrl).href }],
    security: [{ token: [] }],
    paths: {
      '/api/v1/radius/logins': {
        get: {
          operationId: 'findLogins',
          summary: 'How logins of the last days were answered, and why',
          description:
            'Needs the scope radius.explain. A token of some associations sees their places only. The story is in French for Accept-Language: fr, else in English.',
          parameters: parametersOf(loginQuery),
          responses: {
            200: {
              description: 'Logins, newest first; equal answers one after the other are one.',
              content: { 'application/json': { schema: reference('LoginPage') } },
            },
            ...problemResponses(),
          },
        },
      },
      ...adminPaths(),
    },
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: namedSchemas(),
    },
  }
}

/** `GET /api/openapi.json`: no secret, so no token. */
export function openApi(document: object): Handler {
  return function openApiHandler(c) {
    return c.json(document)
  }
}

/** Every schema that has a name, each once. */
function namedSchemas(): Record<string, object> {
  const { schemas } = z.toJSONSchema(z.globalRegistry, {
    io: 'input',
    unrepresentable: 'any',
    uri: (id) => `#/components/schemas/${id}`,
  })
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _, $id: _id, ...schema }]) => [name, schema]),
  )
}
