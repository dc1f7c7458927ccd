import { z } from 'zod'
import { formatPrefix, parsePrefix } from '#core/ip.ts'
import {
  changeGateway,
  createGateway,
  findGateway,
  forgetSigning,
  listGateways,
  removeGateway,
} from '#db/admin/gateways.ts'
import type { AdminGateway } from '#db/admin/gateways.ts'
import { GATEWAY_VENDORS, SIGNING_RULES } from '#db/gateways.ts'
import type { SigningRule } from '#db/gateways.ts'
import { OWN_KINDS, newFas, newGateway } from '../../new-gateway.ts'
import { changesRoute, undoRoute } from './changes.ts'
import { BAD_CURSOR, cutPage, pageQuery, readPlace } from './page.ts'
import { adminRoute, problemOf } from './route.ts'
import type { AdminAnswer, AdminRoute } from './route.ts'
import { code, search } from './schemas.ts'

const PATH = '/api/v1/gateways'
const ONE = `${PATH}/{name}`
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** Of one machine: a wider one, which the files may have, would be another's packets too. */
const address = z
  .string()
  .transform((text, context) => {
    const prefix = parsePrefix(text)
    if (prefix?.length === (prefix?.bytes.length ?? 0) * 8) return formatPrefix(prefix)
    context.addIssue('is not one address such as 192.0.2.7')
    return z.NEVER
  })
  .nullable()

const port = z.int().min(1).max(65_535).nullable()
const kind = z.enum(OWN_KINDS, `must be ${OWN_KINDS.join(', ')}: any other is declared in a file`)

const gatewayWish = z.strictObject({
  site: code,
  name: code.optional().meta({ description: 'Absent: gw- and the code of its place.' }),
  kind,
  address: address.default(null).meta({
    description:
      'From which its RADIUS packets come; null: by RadSec, with the certificate of its files.',
  }),
  coaPort: port.optional().meta({
    description: 'Where it is asked to end a session; absent: as the files for its kind have it.',
  }),
})

const gatewayChange = z
  .strictObject({
    ...{ address: address.optional(), kind: kind.optional() },
    vendor: z
      .enum(GATEWAY_VENDORS)
      .optional()
      .meta({ description: 'Absent: that of its new kind.' }),
    coaPort: port.optional(),
    messageAuthenticator: z
      .enum(SIGNING_RULES)
      // Whether the way to a gateway can be trusted is for who looks after the network to say, in the open.
      .refine(
        (rule): rule is Exclude<SigningRule, 'trusted'> => rule !== 'trusted',
        'is trusted by the files of apply alone',
      )
      .optional(),
  })
  .refine((change) => Object.keys(change).length > 0, 'changes nothing')

const gateway = z
  .object({
    ...{ name: z.string(), site: z.string(), kind: z.string(), vendor: z.string() },
    address: z.string().nullable(),
    transport: z.enum(['udp', 'radsec']),
    messageAuthenticator: z.enum(SIGNING_RULES),
    coaPort: z.int().nullable().meta({ description: 'Null: it is not asked to end a session.' }),
    declared: z.boolean().meta({
      description: 'Its place stands in the files of apply: the next apply undoes what you change.',
    }),
    heardAt: z.iso.datetime().nullable(),
    ...{ clockSkewMs: z.number().nullable(), refused: z.int() },
  })
  .meta({ id: 'Gateway' })
z.object({ rows: z.array(gateway), next: z.string().nullable() }).meta({ id: 'Gateways' })

export const GATEWAY_ROUTES: readonly AdminRoute[] = [
  adminRoute({
    ...{ method: 'get', path: PATH, operationId: 'listGateways', action: 'gateways.read' },
    summary: 'Gateways, by name: how each signs and when it was heard. Never a secret',
    query: z.strictObject({ q: search.optional(), site: code.optional(), ...pageQuery }),
    answers: { status: 200, schema: 'Gateways' },
    async run({ sql, query: { q = null, site = null, limit, cursor } }) {
      const place = cursor === undefined ? null : readPlace(cursor, [NAME])
      if (cursor !== undefined && place === null) return BAD_CURSOR
      const page = { after: place?.[0] ?? null, rows: limit + 1 }
      const found = await listGateways(sql, { q, site }, page)
      const { rows, next } = cutPage(found, limit, ({ name }) => [name])
      return { status: 200, body: { rows: rows.map(withoutEtag), next } }
    },
  }),
  adminRoute({
    ...{ method: 'post', path: PATH, operationId: 'createGateway', action: 'gateways.write' },
    summary: 'Add a gateway to a place, with secrets that are made for it',
    description:
      'Nobody is shown the secrets: they leave with its files, /api/v1/sites/{code}/files.',
    body: gatewayWish,
    answers: { status: 201, schema: 'Gateway' },
    async run({ sql, services, body: { site, ...wish }, caller, reason }) {
      const made = newGateway(services, { ...wish, name: wish.name ?? `gw-${site}` })
      const added = await createGateway(sql, site, made, { ...caller, reason })
      if (!added.ok) return problemOf(added.refusal)
      return { ...answerOf(added.value), status: 201, location: `${PATH}/${added.value.name}` }
    },
  }),
  changesRoute('gateway', { path: PATH, action: 'gateways.read' }),
  undoRoute('gateway', { path: PATH, action: 'gateways.write' }),
  adminRoute({
    ...{ method: 'get', path: ONE, operationId: 'readGateway', action: 'gateways.read' },
    ...{ summary: 'One gateway, without its secrets', idSchema: code },
    answers: { status: 200, schema: 'Gateway' },
    async run({ sql, id }) {
      const found = await findGateway(sql, id)
      return found === null ? problemOf('not-found') : answerOf(found)
    },
  }),
  adminRoute({
    ...{ method: 'patch', path: ONE, operationId: 'changeGateway', action: 'gateways.write' },
    summary: 'Change where a gateway comes from, its kind, or how it is asked to end a session',
    description: 'One that changes its kind needs its new files.',
    ...{ idSchema: code, body: gatewayChange, ifMatch: 'required' },
    answers: { status: 200, schema: 'Gateway' },
    async run({ sql, services, id, ifMatch, body, caller, reason }) {
      const { address, kind, vendor, coaPort, messageAuthenticator } = body
      const change = {
        ...(address === undefined ? {} : { address }),
        ...(kind === undefined ? {} : { kind }),
        ...(vendor === undefined ? {} : { vendor }),
        ...(coaPort === undefined ? {} : { coaPort }),
        ...(messageAuthenticator === undefined ? {} : { messageAuthenticator }),
      }
      const fas = kind === 'opennds' ? newFas(services, id) : null
      const doer = { ...caller, reason }
      const changed = await changeGateway(sql, id, ifMatch ?? '', { change, fas }, doer)
      return changed.ok ? answerOf(changed.value) : problemOf(changed.refusal)
    },
  }),
  adminRoute({
    ...{ method: 'post', path: `${ONE}/forget-signing`, operationId: 'forgetSigning' },
    ...{ action: 'gateways.write', idSchema: code },
    summary: 'Let a gateway sign no more that was seen to, as after a reset; Audit-Reason says why',
    description: 'Of one whose messageAuthenticator is auto. It counts within a second.',
    answers: { status: 200, schema: 'Gateway' },
    async run({ sql, id, caller, reason }) {
      if (reason === null) {
        return { problem: 'bad-parameter', detail: 'Send Audit-Reason: why it need not sign.' }
      }
      const forgotten = await forgetSigning(sql, id, { ...caller, reason })
      return forgotten.ok ? answerOf(forgotten.value) : problemOf(forgotten.refusal)
    },
  }),
  adminRoute({
    ...{ method: 'delete', path: ONE, operationId: 'removeGateway', action: 'gateways.write' },
    ...{ summary: 'Take a gateway away, for good', idSchema: code, ifMatch: 'required' },
    description: 'There is no undo: its secrets go with it, and nobody has kept them.',
    answers: { status: 204 },
    async run({ sql, id, ifMatch, caller, reason }) {
      const gone = await removeGateway(sql, id, ifMatch ?? '', { ...caller, reason })
      if (!gone.ok) return problemOf(gone.refusal)
      return { status: 204, declared: gone.value.declared }
    },
  }),
]

function answerOf(found: AdminGateway): Extract<AdminAnswer, { body: object }> {
  return { status: 200, body: withoutEtag(found), etag: found.etag }
}

function withoutEtag({ etag: _, ...rest }: AdminGateway): object {
  return rest
}
