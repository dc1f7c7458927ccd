import { reasonOf } from '#core/error.ts'
import { parseMac } from '#core/mac.ts'
import type { Acceptance } from '#db/acceptances.ts'
import type { KeptAbout } from '#db/kept-about.ts'
import type { Handler } from 'hono'
import { LIMITS } from './limits.ts'
import { devicePage } from './pages/device-page.ts'
import { openReceipt } from './receipt.ts'
import type { Receipt } from './receipt.ts'
import { frameOf, queryOf, sendPage, sendRefusal } from './send-page.ts'
import type { Services } from './services.ts'

export const DEVICE_PATH = '/guest/device'

/**
 * The kinds whose link proves which device it is for. With another, whoever is in the place could
 * write a neighbour's address into the link, and read here where that one has been.
 */
const PROVING_KINDS: ReadonlySet<Acceptance['method']> = new Set(['generic'])

export function provesDevice(kind: string): boolean {
  return PROVING_KINDS.has(kind)
}

/**
 * `GET /guest/device`: what is kept about the device that asks (GDPR article 15). The receipt, which
 * only the browser that accepted was given, says which one that is; for an hour.
 */
export function keptAboutDevice(services: Services): Handler {
  return async function keptAboutDeviceHandler(c) {
    const receipt = openReceipt(services.seal, queryOf(c).get('receipt') ?? '')
    const mac = receipt === null ? null : parseMac(receipt.mac)
    if (receipt === null || mac === null) return sendRefusal(c, services, 'bad-ticket')
    if (services.clock() - receipt.at > LIMITS.ticketAgeMs)
      return sendRefusal(c, services, 'ticket-expired')

    const { guestPlaces } = services.house()
    const shown = { receipt, mac, places: guestPlaces }
    const frame = frameOf(c, services)
    if (!receipt.deviceProven) {
      const body = devicePage(frame, { ...shown, kept: ofReceipt(receipt) })
      return sendPage(c, services, { name: 'device', frame, body })
    }
    try {
      const kept = await services.database.keptAbout(mac)
      return sendPage(c, services, {
        name: 'device',
        frame,
        body: devicePage(frame, { ...shown, kept }),
      })
    } catch (thrown) {
      services.counters.databaseFailures.inc()
      services.log.warn('portal.kept-about.not-read', { reason: reasonOf(thrown) })
      const body = devicePage(frame, { ...shown, kept: null })
      return sendPage(c, services, { name: 'device', frame, body, status: 503 })
    }
  }
}

/** Only what this browser was told already. */
function ofReceipt(receipt: Receipt): KeptAbout {
  const { site, termsVersion, language, textSha256 } = receipt
  return {
    acceptances: [{ at: new Date(receipt.at), site, termsVersion, language, textSha256 }],
    until: new Date(receipt.until),
  }
}
