import type { Context, Handler } from 'hono'
import { AppError } from '#core/error.ts'
import { recordLine } from '#db/admin/audit-lines.ts'
import { gatewaySignsAt } from '#db/admin/gateway-signs.ts'
import type { GatewaySigns } from '#db/admin/gateway-signs.ts'
import { replaceCertificate } from '#db/admin/set-up.ts'
import { findSite } from '#db/admin/sites.ts'
import { zipBuffer } from '#db/export/zip-buffer.ts'
import type { PlaceFile } from '../gateway-config/install.ts'
import type { PlaceWish } from '../gateway-config/load.ts'
import type { Services } from '../services.ts'
import { formOf } from '../staff/staff-form.ts'
import { fill } from '../text/fill.ts'
import { withRight } from './admin-request.ts'
import type { AdminView } from './admin-request.ts'
import { sendNothing } from './nothing-there.ts'
import { kindsFor, readPlaceWish } from './set-up-form.ts'
import { sendSetUp } from './set-up.ts'

/** `POST /admin/places/CODE/files`: a folder with the secrets of the place, once it is in the audit who has it. */
export function downloadFiles(services: Services): Handler {
  return withRight(services, 'gateways.write', async (view) => {
    const { c, sql, text, rights, doer } = view
    const { setUp: words } = text
    const code = c.req.param('code') ?? ''
    const site = await findSite(sql, code)
    if (site === null) return sendNothing(services, view)
    const { association } = site
    if (!rights.can('gateways.write', { association, site: code })) {
      return sendSetUp(services, view, text.refusals['not-yours'])
    }
    const wish = readPlaceWish(formOf(c), code)
    if (typeof wish === 'string') return sendSetUp(services, view, words[wish])
    const gateways = await gatewaySignsAt(sql, code)
    const gateway = gateways.find(({ name }) => name === wish.gateway) ?? gateways[0]
    if (gateway === undefined) return sendSetUp(services, view, words.noFiles)
    if (!kindsFor(gateway).includes(wish.kind)) return sendSetUp(services, view, words.unfit)
    if (gateway.transport === 'radsec' && site.declared) {
      return sendSetUp(services, view, words.declaredCertificate)
    }
    const made = await makeFiles(services, view, { ...wish, gateway: gateway.name }, gateway)
    if (!made.ok) return sendSetUp(services, view, fill(words.cannot, { reason: made.reason }))
    await recordLine(sql, {
      ...{ actor: doer.actor, action: 'gateway.config', subject: `gateway ${gateway.name}` },
      ...{ reason: doer.reason, association, details: { site: code, kind: wish.kind } },
    })
    return sendZip(c, `${gateway.name}-${wish.kind}`, made.files, services.clock())
  })
}

type Made =
  | { readonly ok: true; readonly files: readonly PlaceFile[] }
  | { readonly ok: false; readonly reason: string }

async function makeFiles(
  services: Services,
  { sql, doer }: AdminView,
  wish: PlaceWish,
  { name, transport }: GatewaySigns,
): Promise<Made> {
  const { placeFiles } = services
  try {
    const certificate =
      transport === 'radsec' ? await placeFiles.certify(name, doer.actor, services.clock()) : null
    const files = await placeFiles.make(wish, certificate)
    // Last: a gateway that works is not cut off for files that could not be made.
    if (certificate !== null) await replaceCertificate(sql, name, certificate.sha256)
    return { ok: true, files }
  } catch (thrown) {
    if (thrown instanceof AppError) return { ok: false, reason: thrown.message }
    throw thrown
  }
}

async function sendZip(
  c: Context,
  name: string,
  files: readonly PlaceFile[],
  now: number,
): Promise<Response> {
  const zip = await zipBuffer(files, new Date(now))
  c.header('Cache-Control', 'no-store')
  c.header('Content-Disposition', `attachment; filename="${name}.zip"`)
  return c.body(zip, 200, { 'Content-Type': 'application/zip' })
}
