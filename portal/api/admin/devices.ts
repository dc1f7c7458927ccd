import { z } from 'zod'
import { recordLine } from '#db/admin/audit-lines.ts'
import {
  endDevice,
  findDevice,
  listDevices,
  listGenerations,
  listServerCertificates,
} from '#db/admin/devices.ts'
import { certificateEnd, rotationStates } from './certificate-ends.ts'
import { BAD_CURSOR, cutPage, pageQuery, readPlace } from './page.ts'
import { adminRoute, problemOf } from './route.ts'
import type { AdminRoute } from './route.ts'
import { search } from './schemas.ts'

const PATH = '/api/v1/devices'
const idSchema = z.string().regex(/^[\w-]{1,100}$/)
const HOUSE = { association: null, site: null }

/** Whose devices join the staff network is the whole house's: a token of some associations sees none. */
export const DEVICE_ROUTES: readonly AdminRoute[] = [
  adminRoute({
    ...{ method: 'get', path: PATH, operationId: 'listDevices', action: 'devices.read' },
    summary: 'Devices and keys of staff, by account',
    description: 'The look is a line of the audit, once for all its pages.',
    query: z.strictObject({
      q: search.optional().meta({ description: 'A part of the account or of the name.' }),
      ...pageQuery,
    }),
    answers: { status: 200, schema: 'Devices' },
    async run({ sql, caller, reason, query: { q = null, limit, cursor } }) {
      const place =
        cursor === undefined ? null : readPlace(cursor, [/^.{1,300}$/u, /^[\w-]{1,100}$/])
      if (cursor !== undefined && place === null) return BAD_CURSOR
      const [account = '', id = ''] = place ?? []
      const after = place === null ? null : { account, id }
      const found = await listDevices(sql, q, { after, rows: limit + 1 })
      if (place === null) {
        const look = { action: 'devices.read', subject: 'devices', association: null, reason }
        await recordLine(sql, { ...look, actor: caller.actor, details: { q } })
      }
      return { status: 200, body: cutPage(found, limit, (row) => [row.account, row.id]) }
    },
  }),
  adminRoute({
    ...{ method: 'get', path: `${PATH}/{id}`, operationId: 'readDevice', action: 'devices.read' },
    ...{ summary: 'One device or key of somebody', idSchema },
    answers: { status: 200, schema: 'Device' },
    async run({ sql, id }) {
      const found = await findDevice(sql, id)
      return found === null ? problemOf('not-found') : { status: 200, body: found }
    },
  }),
  adminRoute({
    ...{ method: 'post', path: `${PATH}/{id}/revoke`, operationId: 'revokeDevice' },
    ...{ action: 'devices.revoke', idSchema },
    summary: 'End a device or a key at once and for good; Audit-Reason says why, and is needed',
    answers: { status: 204 },
    async run({ sql, id, caller, reason }) {
      if (!caller.rights.can('devices.revoke', HOUSE)) return problemOf('not-found')
      if (reason === null) {
        return { problem: 'bad-parameter', detail: 'Send Audit-Reason: why it is revoked.' }
      }
      const ended = await endDevice(sql, id, { ...caller, reason })
      return ended.ok ? { status: 204 } : problemOf(ended.refusal)
    },
  }),
  adminRoute({
    ...{ method: 'get', path: '/api/v1/certificates', operationId: 'listCertificates' },
    action: 'devices.read',
    summary: 'When the roots, what signs devices and what the server shows come to their ends',
    answers: { status: 200, schema: 'Certificates' },
    async run({ sql }) {
      const generations = await listGenerations(sql)
      const [row] = await sql<{ now: Date }[]>`select now()`
      const now = row?.now.getTime() ?? 0
      const states = rotationStates(generations, now)
      const rows = generations.flatMap(
        ({ generation, rootPem, issuingPem, devices, serverFrom }) => {
          const own = { generation, state: states.get(generation) ?? 'former', devices, serverFrom }
          return (
            [
              ['root', rootPem],
              ['issuing', issuingPem],
            ] as const
          ).flatMap(([what, pem]) => {
            const end = pem === null ? null : certificateEnd(what, pem, now)
            return end === null ? [] : [{ ...own, what, name: end.name, endsAt: end.endsAt }]
          })
        },
      )
      const servers = (await listServerCertificates(sql)).flatMap(({ chainPem }) => {
        const end = certificateEnd('server', chainPem, now)
        const rest = { generation: null, state: 'serving', devices: null, serverFrom: null }
        return end === null ? [] : [{ ...rest, what: end.what, name: end.name, endsAt: end.endsAt }]
      })
      return { status: 200, body: { rows: [...rows, ...servers] } }
    },
  }),
]
