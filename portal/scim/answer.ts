import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error'

/** RFC 7644 §3.12, table 9. */
export type ScimErrorType =
  | 'invalidFilter'
  | 'invalidPath'
  | 'invalidSyntax'
  | 'invalidValue'
  | 'mutability'
  | 'noTarget'
  | 'tooMany'
  | 'uniqueness'

/** A body that cannot be done, with the sentence that says what of it. */
export interface ScimFault {
  readonly fault: ScimErrorType
  readonly detail: string
}

/** RFC 7644 §3.1. */
export function scimAnswer(c: Context, body: object, status: ContentfulStatusCode = 200): Response {
  return c.body(JSON.stringify(body), status, { 'Content-Type': 'application/scim+json' })
}

export function scimError(
  c: Context,
  status: ContentfulStatusCode,
  detail: string,
  scimType?: ScimErrorType,
): Response {
  const type = scimType === undefined ? {} : { scimType }
  return scimAnswer(c, { schemas: [ERROR], status: String(status), ...type, detail }, status)
}

export function scimFault(c: Context, { fault, detail }: ScimFault): Response {
  return scimError(c, 400, detail, fault)
}

export function scimNotFound(c: Context): Response {
  return scimError(c, 404, 'There is nothing with this id.')
}
