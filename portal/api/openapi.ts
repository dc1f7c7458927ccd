import type { Handler } from 'hono'
import { z } from 'zod'
import { loginQuery } from './login-schemas.ts'
import { PROBLEMS } from './problem.ts'

/** OpenAPI 3.1, whose schemas are JSON Schema 2020-12: made of the very schemas that requests are read by. */
function openApiDocument(publicUrl: URL): object {
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
    },
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: namedSchemas(),
    },
  }
}

/** `GET /api/openapi.json`: no secret, so no token. */
export function openApi(publicUrl: URL): Handler {
  const document = openApiDocument(publicUrl)
  return function openApiHandler(c) {
    return c.json(document)
  }
}

function reference(name: string): { readonly $ref: string } {
  return { $ref: `#/components/schemas/${name}` }
}

/** Every schema that has a name, each once. */
function namedSchemas(): Record<string, object> {
  const { schemas } = z.toJSONSchema(z.globalRegistry, {
    io: 'input',
    uri: (id) => `#/components/schemas/${id}`,
  })
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _, $id: _id, ...schema }]) => [name, schema]),
  )
}

function parametersOf(schema: z.ZodType): readonly object[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' })
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = typeof property === 'object' ? property : {}
    return { name, in: 'query', required: required.includes(name), description, schema: rest }
  })
}

function problemResponses(): Record<string, object> {
  const byStatus = Map.groupBy(Object.values(PROBLEMS), ({ status }) => status)
  return Object.fromEntries(
    Array.from(byStatus, ([status, same]) => [
      status,
      {
        description: same.map(({ title }) => title).join('; '),
        content: { 'application/problem+json': { schema: reference('Problem') } },
      },
    ]),
  )
}
