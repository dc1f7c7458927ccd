import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { handshakeAttributes } from '../../radius-server/testing/wpa-device.ts'
import { eventually, must } from '../support/peers/process.ts'
import { radclient as ask } from '../support/peers/radclient.ts'
import type { RadclientAnswer } from '../support/peers/radclient.ts'
import type { Scenario } from './scenario.ts'

const SECRET = 'testing123'
const SSID = 'Things'
const BSSID = '02-00-00-00-00-AA'
const PRINTER = '02-00-5E-00-90-01'
const TILLS = ['02-00-5E-00-90-02', '02-00-5E-00-90-03', '02-00-5E-00-90-04'] as const

/**
 * Pre-shared keys as an access point sees them: radclient, whose decoder of Tunnel-Password is
 * FreeRADIUS's, and wpa_passphrase, which works out the master key as wpa_supplicant does. hostapd asks
 * for keys only with a radio, which a machine of a suite does not have.
 */
export async function deviceKeys({ product, test }: Scenario): Promise<void> {
  const { radius, radiusAcct } = product.ports
  const join = (station: string, ...more: readonly string[]): Promise<RadclientAnswer> =>
    ask({
      port: radius,
      kind: 'auth',
      secret: SECRET,
      attributes: [
        `User-Name = "${bare(station)}"`,
        `User-Password = "${bare(station)}"`,
        `Calling-Station-Id = "${station}"`,
        `Called-Station-Id = "${BSSID}:${SSID}"`,
        ...more,
        'Message-Authenticator = 0x00',
      ],
    })
  const keys = (...args: readonly string[]): ReturnType<typeof product.command> =>
    product.command('device-keys', ...args)
  const create = async (name: string, ...more: readonly string[]): Promise<string> => {
    const made = await keys('create', name, '--owner', 'bob', '--ssid', SSID, ...more)
    const [, passphrase] = /^ {2}(\S+)$/m.exec(made.stdout) ?? []
    assert.ok(made.code === 0 && passphrase !== undefined, made.stdout + made.stderr)
    return passphrase
  }

  let printer = ''
  await test('a key is made and shown once', async () => {
    const place = ['--kind', 'printer', '--site', '75-0042', '--mac', PRINTER]
    printer = await create('printer-9', ...place)
    const listed = await keys('list')
    assert.match(listed.stdout, /printer-9 {2}printer {2}bob {2}75-0042/)
    assert.ok(!listed.stdout.includes(printer))
  })
  await test('radclient reads its passphrase from Tunnel-Password, and the owner, and the VLAN', async () => {
    const { output } = await eventually('an answer', async () => {
      const answer = await join(PRINTER)
      return answer.reply === 'Access-Accept' ? answer : undefined
    })
    assert.ok(output.includes(`Tunnel-Password:0 = "${printer}"`), output)
    assert.match(output, /User-Name = "bob"/)
    assert.match(output, /Tunnel-Private-Group-Id:0 = "20"/)
  })
  await test('a device that no key knows is refused on that network', async () => {
    const { reply, output } = await join(TILLS[0])
    assert.equal(reply, 'Access-Reject', output)
  })

  const tills: string[] = []
  await test('of several keys the master keys are offered, as wpa_passphrase works them out', async () => {
    for (const name of ['till-9', 'till-10']) {
      tills.push(await create(name, '--kind', 'till', '--association', '75'))
    }
    const expected: string[] = []
    for (const passphrase of tills) {
      const stdout = await must(['wpa_passphrase', SSID, passphrase], {})
      expected.push(/^\s*psk=([0-9a-f]{64})$/m.exec(stdout)?.[1] ?? '')
    }
    await eventually('both master keys', async () => {
      const { output } = await join(TILLS[0])
      const told = [...output.matchAll(/Tunnel-Password:0 = "([0-9a-f]{64})"/g)].map(([, it]) => it)
      return isDeepStrictEqual(new Set(told), new Set(expected))
    })
  })
  await test('the key that a handshake shows is found, in the attributes as FreeRADIUS writes them', async () => {
    const [station, passphrase = ''] = [TILLS[1], tills[1]]
    const [anonce, message] = handshakeAttributes(station, passphrase, SSID).map(
      ([, value]) => `0x${Buffer.from(value as Uint8Array).toString('hex', 7)}`,
    )
    const { reply, output } = await join(
      station,
      `FreeRADIUS-802.1X-Anonce = ${anonce}`,
      `FreeRADIUS-802.1X-EAPoL-Key-Msg = ${message}`,
    )
    assert.equal(reply, 'Access-Accept', output)
    assert.ok(output.includes(`Tunnel-Password:0 = "${passphrase}"`), output)
    await eventually('the device', async () =>
      (await keys('list')).stdout.includes(bare(station).replaceAll(/(..)(?=.)/g, '$1:')),
    )
  })
  await test('the last key left is a device’s once accounting begins, and the log names its owner', async () => {
    const station = TILLS[2]
    const { output } = await eventually('the passphrase', async () => {
      const answer = await join(station)
      return answer.output.includes(`"${tills[0]}"`) ? answer : undefined
    })
    const [, token = ''] = /Class = 0x([0-9a-f]+)/.exec(output) ?? []
    const start = [
      `User-Name = "${bare(station)}"`,
      'Acct-Session-Id = "till"',
      'Acct-Status-Type = Start',
      `Calling-Station-Id = "${station}"`,
      `Class = 0x${token}`,
    ]
    await ask({ port: radiusAcct, kind: 'acct', secret: SECRET, attributes: start })
    const [row] = await eventually('a row', async () => {
      const rows = await product.searchLogs('--mac', station)
      return rows.length > 0 ? rows : undefined
    })
    assert.equal(row?.user, 'bob')
    assert.equal(row?.network, 'staff')
    await eventually(
      'nothing left for others',
      async () => (await join(TILLS[0])).reply === 'Access-Reject',
    )
  })
  await test('a key that was revoked opens nothing any more', async () => {
    const revoked = await keys('revoke', 'printer-9', '--reason', 'it was stolen')
    assert.equal(revoked.code, 0, revoked.stdout + revoked.stderr)
    await eventually('Access-Reject', async () => (await join(PRINTER)).reply === 'Access-Reject')
  })
  await test('and a till that was replaced gives its key to the next', async () => {
    assert.match((await keys('release', 'till-9')).stdout, /^1 device let go/)
    await eventually('the key', async () => (await join(TILLS[0])).output.includes(`"${tills[0]}"`))
    for (const name of ['till-9', 'till-10'])
      await keys('revoke', name, '--reason', 'end of the suite')
  })
}

function bare(station: string): string {
  return station.replaceAll('-', '').toLowerCase()
}
