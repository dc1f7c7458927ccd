import { isIPv4, isIPv6 } from 'node:net'
import { z } from 'zod'
import { gatewaySignsAt, nameSignsAt } from '#db/admin/gateway-signs.ts'
import { findSite } from '#db/admin/sites.ts'
import { handOver } from '../../gateway-config/hand-over.ts'
import type { HandedOver } from '../../gateway-config/hand-over.ts'
import { KINDS } from '../../gateway-config/kinds.ts'
import type { KindName } from '../../gateway-config/kinds.ts'
import { adminRoute, problemOf } from './route.ts'
import type { AdminAnswer, AdminRoute } from './route.ts'
import { code, domain, network } from './schemas.ts'

/** The kernel's longest name of a device, without anything that a shell or nft would read. */
const device = z.string().regex(/^[A-Za-z][\w.-]{0,14}$/, 'is not the name of a network device')
const MOST_NAMES = 64

const filesWish = z.strictObject({
  kind: z.enum(Object.keys(KINDS) as KindName[]).meta({ description: 'What the files are for.' }),
  gateway: code.nullable().default(null).meta({ description: 'Null: the first of the place.' }),
  lan: device.default('br-guest'),
  wan: device.default('eth0'),
  staff: device.default('br-staff'),
  dot1x: z
    .strictObject({ device, driver: z.enum(['nl80211', 'wired']) })
    .nullable()
    .default(null)
    .meta({ description: 'Where staff come in by 802.1X; null: nowhere.' }),
  centre: z
    .string()
    .refine(isIPv4, 'is not an IPv4 address')
    .nullable()
    .default(null)
    .meta({ description: 'Our address as the place reaches it; null: that of the public URL.' }),
  centre6: z.string().refine(isIPv6, 'is not an IPv6 address').nullable().default(null),
  garden: z.array(domain).max(MOST_NAMES).default([]).meta({
    description: 'Names that a phone reaches before anybody accepted.',
  }),
  encryptedDns: domain.nullable().default(null).meta({
    description: 'The name of our resolver over TLS; null: that of its certificate.',
  }),
})

const moment = z.iso.datetime().nullable()
const gatewaySigns = z.object({
  ...{ name: z.string(), kind: z.string(), address: z.string().nullable() },
  ...{ transport: z.enum(['udp', 'radsec']), messageAuthenticator: z.string() },
  ...{ heardAt: moment, clockSkewMs: z.number().nullable(), connectedAt: moment },
  accessAt: moment.meta({ description: 'When it last asked whether to let somebody in.' }),
  accountingAt: moment.meta({ description: 'When it last told of a session.' }),
  certificateEndsAt: moment,
  ...{ signedAt: moment, unsignedAt: moment },
  enforcedAt: moment.meta({ description: 'Since when it must sign, because it was seen to.' }),
  refused: z.int(),
  forged: z.int().meta({ description: 'Packets from its address that its secret did not make.' }),
  arrivalAt: moment.meta({ description: 'When it last sent a phone to the portal.' }),
  software: z.string().nullable(),
})
const nameSigns = z.object({
  network,
  hour: z.iso.datetime().meta({ description: 'In which names were last asked for from it.' }),
})
z.object({ gateways: z.array(gatewaySigns), names: z.array(nameSigns) }).meta({ id: 'Signs' })

export const SET_UP_ROUTES: readonly AdminRoute[] = [
  adminRoute({
    ...{ method: 'get', path: '/api/v1/sites/{code}/signs', operationId: 'readSigns' },
    ...{ action: 'gateways.read', idSchema: code },
    summary: 'What of a place has answered, and when: RadSec, portal, access, accounting, names',
    answers: { status: 200, schema: 'Signs' },
    async run({ sql, id }) {
      if ((await findSite(sql, id)) === null) return problemOf('not-found')
      const gateways = await gatewaySignsAt(sql, id)
      return { status: 200, body: { gateways, names: await nameSignsAt(sql, id) } }
    },
  }),
  adminRoute({
    ...{ method: 'post', path: '/api/v1/sites/{code}/files', operationId: 'handOverFiles' },
    ...{ action: 'gateways.write', idSchema: code, isSecret: true, body: filesWish },
    summary: 'The files of a gateway, with its secrets, as a zip; who has them stands in the audit',
    description:
      'A gateway that comes by RadSec gets a new certificate in them, and is known by the one before no more.',
    answers: { status: 200, file: 'application/zip' },
    async run({ sql, services, id, body, caller, reason }) {
      const { lan, wan, staff, dot1x, ...wish } = body
      const devices = { lan, wan, staff, dot1x }
      const doer = { ...caller, reason }
      return answerOf(await handOver({ services, sql, doer }, { ...wish, code: id, devices }))
    },
  }),
]

const WHY = {
  noFiles: 'The place has no such gateway: /api/v1/gateways names those that it has.',
  unfit: 'These files are not for a gateway of that kind.',
  declaredCertificate:
    'The certificate of this gateway stands in the files of apply: make its files by accueil gateway config.',
} as const

function answerOf(handed: HandedOver): AdminAnswer {
  if (handed.ok) {
    return {
      status: 200,
      file: { name: handed.name, type: 'application/zip', bytes: handed.zip },
    }
  }
  if (handed.why === 'not-found' || handed.why === 'not-yours') return problemOf(handed.why)
  return { problem: 'refused', detail: handed.why === 'cannot' ? handed.reason : WHY[handed.why] }
}
