import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { eapolRun, eapolTest as authenticate } from '../support/peers/eapol-test.ts'
import { must } from '../support/peers/process.ts'
import { ttlsPap } from '../support/peers/wpa-supplicant.ts'
import { soon } from './enrolling.ts'
import type { Scenario } from './scenario.ts'

const RSA_ONLY = 'openssl_ciphers="ECDHE-RSA-AES128-GCM-SHA256"'

/** wpa_supplicant's EAP peer against the RADIUS port: EAP-TTLS/PAP, the server's CA pinned. */
export async function eapolTest({ product, folder, test }: Scenario): Promise<void> {
  const caFile = join(product.dataDir, 'eap-ca.pem')
  const bob = {
    folder,
    port: product.ports.radius,
    secret: 'testing123',
    identity: 'bob',
    password: 'hello',
    caFile,
  }

  await test('the CA to pin is a file in the data folder', () => {
    assert.ok(existsSync(caFile), `${caFile} does not exist`)
  })
  for (const tls of ['1.2', '1.3'] as const) {
    await test(`TLS ${tls}: the right password gets in, and both ends have the same keys`, async () => {
      const { success, keysMatch, tlsVersion, output } = await authenticate({ ...bob, tls })
      assert.deepEqual(
        { success, keysMatch, tlsVersion },
        { success: true, keysMatch: true, tlsVersion: `TLSv${tls}` },
        lastLines(output),
      )
    })
    await test(`TLS ${tls}: a wrong password is refused inside the tunnel`, async () => {
      const wrong = await authenticate({ ...bob, tls, password: 'goodbye' })
      assert.equal(wrong.success, false)
      assert.equal(wrong.tlsVersion, `TLSv${tls}`, lastLines(wrong.output))
      assert.match(wrong.output, /code=3 \(Access-Reject\)/)
    })
    await test(`TLS ${tls}: a supplicant that sends 100 bytes at a time gets in`, async () => {
      const { success, keysMatch, output } = await authenticate({ ...bob, tls, fragmentSize: 100 })
      assert.deepEqual(
        { success, keysMatch },
        { success: true, keysMatch: true },
        lastLines(output),
      )
    })
    await test(`TLS ${tls}: a NAS with a Framed-MTU of 300 is sent small pieces`, async () => {
      const framedMtu = ['-N', '12:d:300']
      const { success, keysMatch, output } = await authenticate({
        ...bob,
        tls,
        arguments: framedMtu,
      })
      assert.deepEqual(
        { success, keysMatch },
        { success: true, keysMatch: true },
        lastLines(output),
      )
      const packets = output.matchAll(/decapsulated EAP packet \(code=1 id=\d+ len=(\d+)\)/g)
      const sizes = Array.from(packets, ([, size]) => Number(size))
      assert.ok(sizes.length >= 5 && sizes.every((size) => size <= 296), sizes.join(' '))
    })
  }
  await test('TLS 1.2: a supplicant that only knows RSA is shown the RSA certificate', async () => {
    const { success, keysMatch, output } = await eapolRun({
      ...bob,
      network: [ttlsPap({ ...bob, extra: [`phase1="tls_disable_tlsv1_3=1"`, RSA_ONLY] })],
    })
    assert.deepEqual({ success, keysMatch }, { success: true, keysMatch: true }, lastLines(output))
    assert.match(output, /CN=Accueil RADIUS CA RSA/)
  })
  await policies({ product, folder, test })
  await test('an unknown account is refused', async () => {
    const { success } = await authenticate({ ...bob, tls: '1.3', identity: 'nobody' })
    assert.equal(success, false)
  })
  await test('a supplicant that pins another CA does not give its password away', async () => {
    const other = folder.fresh('other-ca.pem')
    const key = folder.fresh('other-ca.key')
    const make = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=other'
    await must(['openssl', ...make.split(' '), '-keyout', key, '-out', other])
    const { success, output } = await authenticate({ ...bob, tls: '1.3', caFile: other })
    assert.equal(success, false)
    assert.match(output, /certificate verify failed|unknown CA/i)
  })
}

/** What a group gets, and a secret that is being changed, each from the next login on. */
async function policies({ product, folder, test }: Pick<Scenario, 'product' | 'folder' | 'test'>) {
  const caFile = join(product.dataDir, 'eap-ca.pem')
  const apply = async (...files: readonly string[]): Promise<void> => {
    const applied = await product.command('apply', ...files)
    assert.equal(applied.code, 0, applied.stdout + applied.stderr)
  }
  const logIn = (secret: string): ReturnType<typeof authenticate> =>
    authenticate({
      ...{ folder, port: product.ports.radius, secret, tls: '1.3', caFile },
      ...{ identity: 'bob', password: 'hello' },
    })
  const declare = (policy: object): Promise<void> =>
    // JSON is YAML.
    apply(folder.write('policies.yaml', JSON.stringify({ version: 1, policies: [policy] })))

  await test('who is in a group is told the VLAN, the filter and the session of that group', async () => {
    const give = { vlan: 31, session: '1h', filter: 'volunteers' }
    await declare({ name: 'volunteers', when: { groups: 'staff', by: 'password' }, give })
    const { success, output } = await soon(async () => {
      const done = await logIn('testing123')
      assert.match(done.output, /Attribute 81 \(Tunnel-Private-Group-Id\) length=4\n\s+Value: 3331/)
      return done
    })
    assert.ok(success, lastLines(output))
    assert.match(output, /Attribute 11 \([^)]*\) length=12\n/)
    assert.match(output, /Attribute 27 \(Session-Timeout\) length=6\n\s+Value: 3600/)
    assert.match(output, /Attribute 29 \(Termination-Action\) length=6\n\s+Value: 1/)
  })
  await test('who a policy refuses is refused with the right password', async () => {
    await declare({ name: 'closed', when: { sites: '75-0042' }, refuse: 'Closed for works' })
    await soon(async () => {
      const { success, output } = await logIn('testing123')
      assert.equal(success, false)
      assert.match(output, /code=3 \(Access-Reject\)/)
    })
  })
  const house = join(import.meta.dirname, 'fixture/house.yaml')
  const none = folder.write('policies.yaml', 'version: 1\npolicies: []\n')
  await test('while the secret is changed a gateway gets in with either', async () => {
    const [site] = [readFileSync(house, 'utf8')].map((text) =>
      text
        .slice(text.indexOf('sites:'), text.indexOf('  # hostapd'))
        .replace('testing123', 'testing456'),
    )
    await apply(folder.write('secret.yaml', `version: 1\n${site}`), none)
    for (const secret of ['testing123', 'testing456']) {
      const { success, output } = await logIn(secret)
      assert.ok(success, lastLines(output))
    }
  })
  await apply(house)
}

function lastLines(output: string): string {
  return output.split('\n').slice(-25).join('\n')
}
