import { z } from 'zod'
import { PROBLEMS } from './problem.ts'

export function reference(name: string): { readonly $ref: string } {
  return { $ref: `#/components/schemas/${name}` }
}

export function parametersOf(schema: z.ZodType): readonly object[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
  })
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = typeof property === 'object' ? property : {}
    return { name, in: 'query', required: required.includes(name), description, schema: rest }
  })
}

export function problemResponses(): Record<string, object> {
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
