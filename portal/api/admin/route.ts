import type postgres from 'postgres'
import type { z } from 'zod'
import type { Action, Rights } from '#core/rights.ts'
import type { Refusal } from '#db/admin/outcome.ts'
import type { Database } from '#db/connection.ts'
import type { Services } from '../../services.ts'
import type { ProblemCode } from '../problem.ts'

/** Who asks, and as far as they may. */
export interface Caller {
  readonly name: string
  readonly actor: string
  readonly rights: Rights
}

/** What a route is given: checked, in a transaction that reaches as far as the caller's right does. */
export interface AdminRequest<Query, Body, Id = string> {
  readonly services: Services
  readonly sql: postgres.TransactionSql
  readonly caller: Caller
  /** From the path: its one part in braces, or all of them by their names. */
  readonly id: Id
  readonly query: Query
  readonly body: Body
  /** What If-Match says, without its quotes; `*` for any state. */
  readonly ifMatch: string | null
  /** What the header Audit-Reason says. */
  readonly reason: string | null
}

export type AdminAnswer =
  | {
      readonly status: 200 | 201
      readonly body: object
      readonly etag?: string
      readonly location?: string
    }
  /** `declared`: what was taken away stands in the files of `apply`. */
  | { readonly status: 204; readonly declared?: boolean }
  | { readonly status: 200; readonly file: AnsweredFile }
  | { readonly problem: ProblemCode; readonly detail: string }

export interface AnsweredFile {
  readonly name: string
  readonly type: FileType
  readonly bytes: Uint8Array<ArrayBuffer>
}
type FileType = 'application/zip'

interface RouteFace {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** As OpenAPI writes it: `/api/v1/rules/{id}`. */
  readonly path: string
  readonly operationId: string
  readonly action: Action
  readonly summary: string
  readonly description?: string
  /** Needed: the state that is changed, so that nobody overwrites what he has not seen. */
  readonly ifMatch?: 'required' | 'optional'
  /** The name of the schema that is answered, or the type of the file; none for 204. */
  readonly answers: {
    readonly status: 200 | 201 | 204
    readonly schema?: string
    readonly file?: FileType
  }
  /** True: a secret is answered, once, or what the log says of people. It is kept nowhere, so that Idempotency-Key is refused. */
  readonly isSecret?: boolean
}

interface ServedRoute extends RouteFace {
  readonly idSchema: z.ZodType | null
  readonly query: z.ZodType | null
  readonly body: z.ZodType | null
}

/** One method of one address, for the server and for the document alike. */
export type AdminRoute = ServedRoute &
  (
    | {
        readonly of: 'administration'
        readonly run: (request: AdminRequest<unknown, unknown, unknown>) => Promise<AdminAnswer>
      }
    | {
        readonly of: 'log'
        readonly run: (request: LogRequest<unknown, unknown, unknown>) => Promise<LogAnswer>
      }
  )

/**
 * What a route of the log is given: no transaction, for a line of the audit stands before a row is read; the
 * role that an operator's commands have.
 */
export interface LogRequest<Query, Body, Id = string> extends Omit<
  AdminRequest<Query, Body, Id>,
  'sql' | 'ifMatch'
> {
  readonly log: Database
  /** The digest of the token, by which the database knows how far it goes. */
  readonly token: Uint8Array
}

export type LogAnswer =
  | Exclude<AdminAnswer, { file: AnsweredFile }>
  | {
      readonly status: 200
      readonly file: Omit<AnsweredFile, 'bytes'> & {
        readonly stream: ReadableStream<Uint8Array>
      }
    }

interface RouteSchemas<Query, Body, Id> {
  /** What the part of the path in braces is; of several, an object of them by their names. */
  readonly idSchema?: z.ZodType<Id>
  readonly query?: z.ZodType<Query>
  readonly body?: z.ZodType<Body>
}

/** Ties what a route runs to the schemas by which its request was read. */
export function adminRoute<Query = null, Body = null, Id = string>(
  route: RouteFace &
    RouteSchemas<Query, Body, Id> & {
      readonly run: (request: AdminRequest<Query, Body, Id>) => Promise<AdminAnswer>
    },
): AdminRoute {
  const { idSchema = null, query = null, body = null, run } = route
  return {
    ...{ ...route, of: 'administration', idSchema, query, body },
    // Whoever serves has read all three by these very schemas.
    run: (request: AdminRequest<unknown, unknown, unknown>) =>
      run(request as AdminRequest<Query, Body, Id>),
  }
}

/** The same of the log: what is answered is of people, and kept nowhere. */
export function logRoute<Query = null, Body = null, Id = string>(
  route: Omit<RouteFace, 'isSecret'> &
    RouteSchemas<Query, Body, Id> & {
      readonly run: (request: LogRequest<Query, Body, Id>) => Promise<LogAnswer>
    },
): AdminRoute {
  const { idSchema = null, query = null, body = null, run } = route
  return {
    ...{ ...route, of: 'log', isSecret: true, idSchema, query, body },
    run: (request: LogRequest<unknown, unknown, unknown>) =>
      run(request as LogRequest<Query, Body, Id>),
  }
}

/** The parts of a path in braces, in their order. */
export function partsOf(path: string): readonly string[] {
  return Array.from(path.matchAll(/\{(\w+)\}/g), ([, name = '']) => name)
}

const PROBLEM_OF: Readonly<Record<Refusal, readonly [ProblemCode, string]>> = {
  'not-found': ['not-found', 'There is none, or none that this token may see.'],
  changed: [
    'changed',
    'Somebody has changed it since you read it. Read it again, look at what changed, and send your change with its new ETag.',
  ],
  exists: ['exists', 'It is there already. Change that one.'],
  'gateway-taken': ['exists', 'A gateway has that name already, or comes from that address.'],
  'unknown-site': ['refused', 'There is no such place, or none that this token may see.'],
  'unknown-association': [
    'refused',
    'There is no such association, or none that this token may see.',
  ],
  'not-yours': ['not-yours', 'Ask an administrator whose reach it is.'],
  'changed-since': [
    'cannot-undo',
    'It is not any more as that change left it. Look at its changes, and undo the newest first.',
  ],
  'both-halves': [
    'refused',
    'Somebody would both read the log and approve packs of it: a pack takes two people. Take one of the two roles away first.',
  ],
  'over-already': ['refused', 'until is over already: give a day from today on, or null.'],
  'in-force': [
    'refused',
    'These terms are in force, or were: people have accepted that very text. Make a new version.',
  ],
  'not-to-come': ['refused', 'effective must be tomorrow or later, in UTC.'],
  'no-text': ['refused', 'Terms need a text in one language at least.'],
  'by-file': ['refused', 'It stands in the files of apply: change it there.'],
  'has-key': [
    'refused',
    'Its zone has a key: change where it comes from by accueil lists add or in the files.',
  ],
  'no-source': ['refused', 'It has no address to be fetched from: change its names.'],
  'network-used': [
    'refused',
    'Rules, filters, devices of the filter or somebody who watches names are for this network of the place: end those first, then take it away.',
  ],
  'captive-alike': [
    'refused',
    'Devices without 802.1X come into this place by a name and a VLAN of their own, as its files say: take others.',
  ],
  'nat-ports': [
    'refused',
    'Each address of subnets needs portsEach source ports, and the range has fewer: widen it, give each fewer, or make subnets smaller.',
  ],
  'secret-gone': [
    'cannot-undo',
    'Its secrets went with it, and nobody has kept them: make it anew, and give it its new files.',
  ],
  'no-way': [
    'refused',
    'It comes by UDP and is known by its address alone: give another, or make it anew without one.',
  ],
  'own-settings': [
    'refused',
    'The files of apply give it settings that go with its kind and its CoA: change both there.',
  ],
  'captive-gateway': [
    'refused',
    'Devices without 802.1X come into the internal network by it, as the files of apply say: change that there first.',
  ],
  'more-than-yours': [
    'not-yours',
    'A token gives no scope and no association beyond its own, and no time beyond its own end.',
  ],
  'last-administrator': [
    'refused',
    'Nobody would administer the whole house any more. Give somebody else the role national-admin, without an end, first.',
  ],
}

export function problemOf(refusal: Refusal): Extract<AdminAnswer, { problem: ProblemCode }> {
  const [problem, detail] = PROBLEM_OF[refusal]
  return { problem, detail }
}
