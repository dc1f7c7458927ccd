import { AppError } from '#core/error.ts'
import { recordLine } from '#db/admin/audit-lines.ts'
import { gatewaySignsAt } from '#db/admin/gateway-signs.ts'
import type { GatewaySigns } from '#db/admin/gateway-signs.ts'
import type { Doer } from '#db/admin/rules.ts'
import { replaceCertificate } from '#db/admin/set-up.ts'
import { findSite } from '#db/admin/sites.ts'
import { zipBuffer } from '#db/export/zip-buffer.ts'
import type postgres from 'postgres'
import type { Services } from '../services.ts'
import type { PlaceFile } from './install.ts'
import { KINDS, isKindName } from './kinds.ts'
import type { KindName } from './kinds.ts'
import type { PlaceWish } from './load.ts'

export type HandedOver =
  | { readonly ok: true; readonly name: string; readonly zip: Buffer<ArrayBuffer> }
  | {
      readonly ok: false
      readonly why: 'not-found' | 'not-yours' | 'noFiles' | 'unfit' | 'declaredCertificate'
    }
  | { readonly ok: false; readonly why: 'cannot'; readonly reason: string }

interface Hands {
  readonly services: Pick<Services, 'placeFiles' | 'clock'>
  readonly sql: postgres.TransactionSql
  readonly doer: Doer
}

/** A folder with the secrets of a place, once it is in the audit who has it. */
export async function handOver(
  { services, sql, doer }: Hands,
  wish: PlaceWish,
): Promise<HandedOver> {
  const { code, kind } = wish
  const site = await findSite(sql, code)
  if (site === null) return { ok: false, why: 'not-found' }
  const { association } = site
  if (!doer.rights.can('gateways.write', { association, site: code })) {
    return { ok: false, why: 'not-yours' }
  }
  const gateways = await gatewaySignsAt(sql, code)
  const gateway = gateways.find(({ name }) => wish.gateway === null || name === wish.gateway)
  if (gateway === undefined) return { ok: false, why: 'noFiles' }
  if (!kindsFor(gateway).includes(kind)) return { ok: false, why: 'unfit' }
  if (gateway.transport === 'radsec' && site.declared) {
    return { ok: false, why: 'declaredCertificate' }
  }
  const made = await makeFiles({ services, sql, doer }, { ...wish, gateway: gateway.name }, gateway)
  if (!made.ok) return { ok: false, why: 'cannot', reason: made.reason }
  await recordLine(sql, {
    ...{ actor: doer.actor, action: 'gateway.config', subject: `gateway ${gateway.name}` },
    ...{ reason: doer.reason, association, details: { site: code, kind } },
  })
  const zip = await zipBuffer(made.files, new Date(services.clock()))
  return { ok: true, name: `${gateway.name}-${kind}.zip`, zip }
}

type Made =
  | { readonly ok: true; readonly files: readonly PlaceFile[] }
  | { readonly ok: false; readonly reason: string }

async function makeFiles(
  { services: { placeFiles, clock }, sql, doer }: Hands,
  wish: PlaceWish,
  { name, transport }: GatewaySigns,
): Promise<Made> {
  try {
    const certificate =
      transport === 'radsec' ? await placeFiles.certify(name, doer.actor, clock()) : null
    const files = await placeFiles.make(wish, certificate)
    // Last: a gateway that works is not cut off for files that could not be made.
    if (certificate !== null) await replaceCertificate(sql, name, certificate.sha256)
    return { ok: true, files }
  } catch (thrown) {
    if (thrown instanceof AppError) return { ok: false, reason: thrown.message }
    throw thrown
  }
}

/** Of which kinds a gateway's files can be, what fits it best first. */
export function kindsFor({ kind }: Pick<GatewaySigns, 'kind'>): readonly KindName[] {
  const fitting = Object.entries(KINDS).flatMap(([name, { of }]) => {
    const isFit = of === null || of.some((one) => one === kind)
    return isFit && isKindName(name) ? [{ name, isOwn: of !== null }] : []
  })
  const rank = ({ name, isOwn }: { name: KindName; isOwn: boolean }): number =>
    isOwn ? 0 : name === 'generic' ? 1 : 2
  return fitting.toSorted((a, b) => rank(a) - rank(b)).map(({ name }) => name)
}
