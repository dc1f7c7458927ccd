import assert from 'node:assert/strict'
import { guestPageChecks } from '../browser/guest-page.ts'
import { signedPath } from '../support/peers/guest.ts'
import type { Scenario } from './scenario.ts'

/** The guest page in Chromium, from the address a gateway would send a phone to. */
export async function browser({ product, folder, test }: Scenario): Promise<void> {
  const path = signedPath({
    gateway: 'gw-0042',
    secret: 'testing123',
    mac: '02-00-5E-00-CC-01',
    ip: '10.213.200.70',
  })
  const pictures = folder.fresh('browser')
  for (const { name, ok, detail } of await guestPageChecks(product.portalUrl, path, pictures)) {
    await test(name, () => assert.ok(ok, detail))
  }
}
