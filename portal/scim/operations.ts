import { SCIM_LIMITS } from './limits.ts'
import type { ScimFault } from './answer.ts'
import { fault, isObject, valueOf } from './read.ts'
import type { Json } from './read.ts'

/** One change of a PATCH (RFC 7644 §3.5.2). */
export interface ScimOperation {
  readonly op: 'add' | 'replace' | 'remove'
  /** In lower case, without the name of its schema; empty where the value is an object of attributes. */
  readonly path: string
  readonly value: unknown
}

const SCHEMA = /^urn:ietf:params:scim:schemas:[\w.:]+:(?=[A-Za-z])/i

export function readOperations(body: Json): readonly ScimOperation[] | ScimFault {
  const given = valueOf(body, 'Operations')
  if (!Array.isArray(given) || given.length === 0) {
    return fault('invalidSyntax', 'A PATCH has a list "Operations" with something in it.')
  }
  if (given.length > SCIM_LIMITS.operations) {
    return fault('tooMany', `More than ${SCIM_LIMITS.operations} operations.`)
  }
  const operations: ScimOperation[] = []
  for (const one of given as readonly unknown[]) {
    const operation = isObject(one) ? readOperation(one) : null
    if (operation === null) {
      return fault('invalidSyntax', 'An operation has "op": add, replace or remove, and a "path".')
    }
    operations.push(...operation)
  }
  return operations
}

function readOperation(given: Json): readonly ScimOperation[] | null {
  const named = valueOf(given, 'op')
  const op = typeof named === 'string' ? named.toLowerCase() : ''
  if (op !== 'add' && op !== 'replace' && op !== 'remove') return null
  const path = valueOf(given, 'path') ?? ''
  if (typeof path !== 'string' || path.length > 1_024) return null
  const value = valueOf(given, 'value')
  if (path !== '') return [{ op, path: path.replace(SCHEMA, '').toLowerCase(), value }]
  if (op === 'remove' || !isObject(value)) return null
  return Object.entries(value).map(([name, its]) => ({
    op,
    path: name.replace(SCHEMA, '').toLowerCase(),
    value: its,
  }))
}
