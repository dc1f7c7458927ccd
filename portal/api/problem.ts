import type { Context } from 'hono'
import { z } from 'zod'

/** Why the API does not do what it was asked (RFC 9457): a code to branch on, and a sentence. */
export const PROBLEMS = {
  'bad-parameter': { status: 400, title: 'A parameter is missing or cannot be read' },
  'no-token': { status: 401, title: 'No token was shown' },
  'bad-token': { status: 401, title: 'The token is unknown, over or revoked' },
  'bad-signature': { status: 401, title: 'The signature is not of this body' },
  'not-allowed': { status: 403, title: 'The token is for something else' },
  'not-found': { status: 404, title: 'There is nothing at this address' },
  'not-yours': { status: 403, title: 'That is beyond what this token may do' },
  'bad-body': { status: 400, title: 'The body is missing or cannot be read' },
  exists: { status: 409, title: 'It is there already' },
  'cannot-undo': { status: 409, title: 'It has been changed since' },
  changed: { status: 412, title: 'Somebody has changed it meanwhile' },
  'too-large': { status: 413, title: 'The body is too large' },
  refused: { status: 422, title: 'That cannot be done' },
  'no-if-match': { status: 428, title: 'Say which state you change' },
  'bad-method': { status: 405, title: 'This address is only read' },
  'too-many': { status: 429, title: 'Too many requests from this address' },
  'not-here': { status: 503, title: 'This process has no way to the log' },
  unavailable: { status: 503, title: 'The database does not answer at this moment' },
} as const
export type ProblemCode = keyof typeof PROBLEMS

export const problemSchema = z
  .object({
    type: z
      .string()
      .meta({ description: 'urn:accueil:problem:CODE', example: 'urn:accueil:problem:bad-token' }),
    title: z.string(),
    status: z.int(),
    detail: z
      .string()
      .meta({ description: 'What is wrong with this very request, and what to do.' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' })

export function problem(c: Context, code: ProblemCode, detail: string): Response {
  const { status, title } = PROBLEMS[code]
  const body = { type: `urn:accueil:problem:${code}`, title, status, detail }
  return c.body(JSON.stringify(body), status, { 'Content-Type': 'application/problem+json' })
}
