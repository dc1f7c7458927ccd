import assert from 'node:assert/strict'
import { guestPageChecks } from '../browser/guest-page.ts'
import { signedPath } from '../support/peers/guest.ts'
import type { Scenario } from './scenario.ts'

/** The guest page in Chromium, from the address a gateway would send a phone to. */
export async function browser({ product, folder, test }: Scenario): Promise<void> {
  const pathOf = (mac: string): string =>
    signedPath({ gateway: 'gw-0042', secret: 'testing123', mac, ip: '10.213.200.70' })
  let phones = 1
  const nextPhone = (): string => {
    phones += 1
    return pathOf(`02-00-5E-00-CC-${phones.toString(16).padStart(2, '0')}`)
  }
  const pictures = folder.fresh('browser')
  const looking = pathOf('02-00-5E-00-CC-01')
  const checks = await guestPageChecks(product.portalUrl, looking, nextPhone, pictures)
  for (const { name, ok, detail } of checks) {
    await test(name, () => assert.ok(ok, detail))
  }
}
