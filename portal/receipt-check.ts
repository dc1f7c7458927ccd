import { reasonOf } from '#core/error.ts'
import { readReceiptCode } from '#db/receipt-code.ts'
import type { Handler } from 'hono'
import { clientAddress, countedAs } from './client-address.ts'
import { receiptPage } from './pages/receipt-page.ts'
import type { ReceiptPage } from './pages/receipt-page.ts'
import { frameOf, queryOf, sendPage, sendRefusal } from './send-page.ts'
import type { Services } from './services.ts'

export const RECEIPT_PATH = '/guest/receipt'

/**
 * `GET /guest/receipt`: what was accepted with the code `code`, when and where. Whoever has the code may
 * look, and nobody may try many.
 */
export function receiptCheck(services: Services): Handler {
  return async function receiptCheckHandler(c) {
    const frame = frameOf(c, services)
    const asked = queryOf(c).get('code')?.trim() ?? ''
    if (asked !== '') {
      const wait = services.receiptChecks.take(countedAs(clientAddress(c)))
      if (wait > 0) {
        c.header('Retry-After', String(wait))
        return sendRefusal(c, services, 'too-many', frame)
      }
    }
    const code = readReceiptCode(asked)
    const typed = code ?? asked.slice(0, TYPED_CHARACTERS)
    const found =
      asked === '' ? 'not-asked' : code === null ? 'nothing' : await find(services, code)
    const status = found === 'away' ? 503 : found === 'nothing' ? 404 : 200
    const body = receiptPage(frame, { typed, found })
    return sendPage(c, services, { name: 'receipt', frame, body, status })
  }
}

const TYPED_CHARACTERS = 40

async function find(services: Services, code: string): Promise<ReceiptPage['found']> {
  try {
    const receipt = await services.database.findReceipt(code)
    if (receipt === null) return 'nothing'
    return { receipt, place: services.house().guestPlaces.get(receipt.site) ?? null }
  } catch (thrown) {
    services.counters.databaseFailures.inc()
    services.log.warn('portal.receipt.not-read', { reason: reasonOf(thrown) })
    return 'away'
  }
}
