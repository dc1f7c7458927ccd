import assert from 'node:assert/strict'
import { join } from 'node:path'
import { eapolTest } from '../support/peers/eapol-test.ts'
import { createProduct } from '../support/peers/product.ts'
import { startSpread } from '../support/peers/radius-spread.ts'
import type { Scenario } from './scenario.ts'

/** wpa_supplicant's EAP peer behind a balancer that sends each packet from another port, before two processes. */
export async function processes({ upstream, folder, test }: Scenario): Promise<void> {
  await using product = await createProduct(folder, {
    upstream,
    roles: ['radius'],
    env: { ACCUEIL_RADIUS_PROCESSES: '2' },
  })
  await product.start()
  const fixture = join(import.meta.dirname, 'fixture/house.yaml')
  const applied = await product.command('apply', fixture)
  assert.equal(applied.code, 0, applied.stdout + applied.stderr)
  await using spread = await startSpread(product.ports.radius)
  const bob = {
    folder,
    port: spread.port,
    secret: 'testing123',
    identity: 'bob',
    password: 'hello',
    caFile: join(product.dataDir, 'eap-ca.pem'),
    fragmentSize: 100,
    arguments: ['-N', '12:d:300'],
  }

  for (const tls of ['1.2', '1.3'] as const) {
    await test(`TLS ${tls}: a conversation that comes to two processes gets in`, async () => {
      const { success, keysMatch, output } = await eapolTest({ ...bob, tls })
      assert.deepEqual({ success, keysMatch }, { success: true, keysMatch: true }, output)
    })
    await test(`TLS ${tls}: a wrong password is refused all the same`, async () => {
      const wrong = await eapolTest({ ...bob, tls, password: 'goodbye' })
      assert.equal(wrong.success, false)
      assert.match(wrong.output, /code=3 \(Access-Reject\)/)
    })
  }
  await test('and packets were handed over', async () => {
    const address = `http://127.0.0.1:${product.ports.metrics}/metrics`
    const text = await (await fetch(address)).text()
    const handed = text.matchAll(/handed_over_total\{process="\d",outcome="answered"\} (\d+)/g)
    const counts = Array.from(handed, ([, count]) => Number(count))
    assert.equal(counts.length, 2)
    assert.ok(
      counts.some((count) => count > 0),
      counts.join(' '),
    )
  })
}
