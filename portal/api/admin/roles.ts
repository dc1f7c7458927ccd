import { z } from 'zod'
import { ROLES } from '#core/rights.ts'
import { recordLine } from '#db/admin/audit-lines.ts'
import {
  findGivenRole,
  listGivenRoles,
  pageOfRoleHolders,
  roleConflicts,
} from '#db/admin/given-roles.ts'
import type { GivenRole } from '#db/admin/given-roles.ts'
import {
  changeRoleEnd,
  giveRole,
  mayGive,
  roleSubject,
  takeRole,
  withinOf,
} from '#db/admin/role-changes.ts'
import { changesRoute, undoRoute } from './changes.ts'
import { BAD_CURSOR, cutPage, pageQuery, readPlace } from './page.ts'
import { adminRoute, problemOf } from './route.ts'
import type { AdminAnswer, AdminRoute } from './route.ts'
import { day, roleWish, search } from './schemas.ts'

const PATH = '/api/v1/roles'
const DIGITS = /^\d{1,18}$/
const idSchema = z.string().regex(DIGITS)

/** Who may what. A token gives as far as it reaches: of some associations, what is theirs to give. */
export const ROLE_ROUTES: readonly AdminRoute[] = [
  adminRoute({
    ...{ method: 'get', path: PATH, operationId: 'listRoles', action: 'roles.read' },
    summary: 'Who has which role, where and until when',
    query: z.strictObject({
      q: search.optional().meta({ description: 'A part of the name of the person or group.' }),
      role: z.enum(ROLES).optional(),
      ...pageQuery,
    }),
    answers: { status: 200, schema: 'Roles' },
    async run({ sql, query: { q = null, role = null, limit, cursor } }) {
      const place =
        cursor === undefined ? null : readPlace(cursor, [/^.{1,207}$/u, /^[a-z-]+$/, DIGITS])
      if (cursor !== undefined && place === null) return BAD_CURSOR
      const [subject = '', last = '', id = '0'] = place ?? []
      const after = place === null ? null : { subject, role: last, id }
      const found = await listGivenRoles(sql, { q, role }, { after, rows: limit + 1 })
      const { rows, next } = cutPage(found, limit, (row) => [row.subject, row.role, row.id])
      return { status: 200, body: { rows: rows.map(withoutEtag), next } }
    },
  }),
  adminRoute({
    ...{ method: 'post', path: PATH, operationId: 'giveRole', action: 'roles.write' },
    summary: 'Give a role to a group or a person; it counts at once, and the security desk is told',
    body: roleWish,
    answers: { status: 201, schema: 'Role' },
    async run({ sql, body, caller, reason }) {
      const given = await giveRole(sql, body, { ...caller, reason })
      if (!given.ok) return problemOf(given.refusal)
      return { ...answerOf(given.value), status: 201, location: `${PATH}/${given.value.id}` }
    },
  }),
  adminRoute({
    ...{ method: 'get', path: `${PATH}/conflicts`, operationId: 'listRoleConflicts' },
    action: 'roles.read',
    summary:
      'Who has both halves of a pack of the log, and so neither; for tokens of all associations',
    answers: { status: 200, schema: 'RoleConflicts' },
    async run({ sql }) {
      return { status: 200, body: { rows: await roleConflicts(sql) } }
    },
  }),
  changesRoute('role', { path: PATH, action: 'roles.read' }),
  undoRoute('role', { path: PATH, action: 'roles.write' }),
  adminRoute({
    ...{ method: 'get', path: `${PATH}/{id}`, operationId: 'readRole', action: 'roles.read' },
    ...{ summary: 'One role of a group or a person', idSchema },
    answers: { status: 200, schema: 'Role' },
    async run({ sql, id }) {
      const found = await findGivenRole(sql, id)
      return found === null ? problemOf('not-found') : answerOf(found)
    },
  }),
  adminRoute({
    ...{ method: 'get', path: `${PATH}/{id}/holders`, operationId: 'listRoleHolders' },
    ...{ action: 'roles.read', idSchema },
    summary: 'Whom a role reaches: of a group those whom we know to be in it',
    description:
      'For who may give that role, which takes roles.write too. The look is a line of the audit, once for all its pages.',
    query: z.strictObject(pageQuery),
    answers: { status: 200, schema: 'RoleHolders' },
    async run({ sql, id, caller, reason, query: { limit, cursor } }) {
      const place = cursor === undefined ? null : readPlace(cursor, [/^.{1,300}$/u])
      if (cursor !== undefined && place === null) return BAD_CURSOR
      const found = await findGivenRole(sql, id)
      if (found === null) return problemOf('not-found')
      const within = await withinOf(sql, found)
      const known = typeof within === 'string' ? { association: null, all: [] } : within
      if (!mayGive(caller.rights, found, known)) return problemOf('not-yours')
      const page = { after: place?.[0] ?? null, rows: limit + 1 }
      const holders = await pageOfRoleHolders(sql, id, page)
      if (place === null) {
        const look = { actor: caller.actor, action: 'roles.read', reason }
        const { association } = known
        const subject = roleSubject(found)
        await recordLine(sql, { ...look, subject, association, details: {} })
      }
      return {
        status: 200,
        body: cutPage(holders, limit, ({ account }) => [account.toLowerCase()]),
      }
    },
  }),
  adminRoute({
    ...{ method: 'patch', path: `${PATH}/{id}`, operationId: 'changeRole', action: 'roles.write' },
    ...{ summary: 'Give a role another end; null: none', idSchema, ifMatch: 'required' },
    body: z.strictObject({ until: day.nullable() }),
    answers: { status: 200, schema: 'Role' },
    async run({ sql, id, ifMatch, body: { until }, caller, reason }) {
      const changed = await changeRoleEnd(sql, id, ifMatch ?? '', until, { ...caller, reason })
      return changed.ok ? answerOf(changed.value) : problemOf(changed.refusal)
    },
  }),
  adminRoute({
    ...{ method: 'delete', path: `${PATH}/{id}`, operationId: 'takeRole', action: 'roles.write' },
    ...{ summary: 'Take a role away; it stops counting at once', idSchema, ifMatch: 'required' },
    answers: { status: 204 },
    async run({ sql, id, ifMatch, caller, reason }) {
      const gone = await takeRole(sql, id, ifMatch ?? '', { ...caller, reason })
      if (!gone.ok) return problemOf(gone.refusal)
      return { status: 204, declared: gone.value.declared }
    },
  }),
]

function answerOf(role: GivenRole): Extract<AdminAnswer, { body: object }> {
  return { status: 200, body: withoutEtag(role), etag: role.etag }
}

function withoutEtag({ etag: _, ...role }: GivenRole): object {
  return role
}
