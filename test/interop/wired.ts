import assert from 'node:assert/strict'
import { eventually } from '../support/peers/process.ts'
import type { LogRow } from '../support/peers/product.ts'
import { startWiredPlace } from '../support/peers/wired-place.ts'
import type { Scenario } from './scenario.ts'

const LAPTOP = '02:00:5e:00:81:09'
const VLAN = '30'

/** hostapd in a gateway's namespace, wpa_supplicant at the other end of its cable. */
export async function wired({ product, folder, test }: Scenario): Promise<void> {
  await using place = await startWiredPlace({
    ...{ product, folder, name: 'dot1x', laptopMac: LAPTOP, uplink: 128 },
  })
  const { hostapd, supplicant } = place
  const rows = (): Promise<readonly LogRow[]> => product.searchLogs('--mac', LAPTOP)

  await test('the laptop is authenticated and hostapd opens its port', async () => {
    await supplicant.printed(/CTRL-EVENT-EAP-SUCCESS/)
    await eventually('AUTHORIZED', async () =>
      (await hostapd.stations()).includes('flags=[AUTHORIZED]'),
    )
  })
  await test('the Access-Accept carries the VLAN of the staff network', () => {
    const messages = messagesOf(hostapd.output())
    const accept = messages.find(({ kind }) => kind === 'Access-Accept')?.text ?? ''
    const attributes = `Tunnel-Type\\).*\\n.*Value: 0000000d[\\s\\S]*Tunnel-Medium-Type\\).*\\n.*Value: 00000006`
    assert.match(accept, new RegExp(attributes))
    const group = /\(Tunnel-Private-Group-Id\) length=\d+\n\s+Value: ([0-9a-f]+)/.exec(accept)?.[1]
    assert.equal(
      Buffer.from(group ?? '', 'hex')
        .toString()
        .replace('\0', ''),
      VLAN,
    )
  })
  await test('Start is acknowledged and its row is open', async () => {
    await eventually('an Accounting-Response', () => acknowledged(hostapd.output(), 'Start') >= 1)
    const [row, ...more] = await rows()
    assert.ok(row, 'no row')
    assert.deepEqual(more, [])
    const { site, gateway: name, network, mac, user, stop, cause } = row
    assert.deepEqual(
      { site, gateway: name, network, mac, user, stop, cause },
      {
        site: '75-0043',
        gateway: 'gw-0043',
        network: 'staff',
        mac: LAPTOP,
        user: 'bob',
        stop: null,
        cause: null,
      },
    )
  })
  await test('two Interim-Updates are acknowledged and leave one open row', async () => {
    await eventually('two Interims', () => acknowledged(hostapd.output(), 'Interim') >= 2, 15_000)
    const found = await rows()
    assert.equal(found.length, 1)
    assert.equal(found[0]?.stop, null)
  })
  await test('after the log-off the row is closed and says why', async () => {
    await supplicant.logoff()
    const row = await eventually('a closed row', async () =>
      (await rows()).find((one) => one.stop !== null),
    )
    assert.equal(row.cause, 'User-Request')
    const seconds = (Date.parse(row.stop ?? '') - Date.parse(row.start)) / 1000
    assert.ok(seconds >= 3 && seconds < 60, `a session of ${seconds} s`)
  })
}

const HEADER = /^RADIUS message: code=\d+ \((\S+)\) identifier=(\d+)/

interface Message {
  readonly kind: string
  readonly identifier: string
  readonly text: string
}

/** The RADIUS messages that hostapd printed, sent and received. */
function messagesOf(log: string): readonly Message[] {
  return log.split(/(?=RADIUS message: code=)/).flatMap((text) => {
    const [, kind, identifier] = HEADER.exec(text) ?? []
    return kind === undefined || identifier === undefined ? [] : [{ kind, identifier, text }]
  })
}

const STATUS = { Start: 1, Interim: 3 } as const

/** How many accounting requests of this kind hostapd says were answered. */
function acknowledged(log: string, kind: keyof typeof STATUS): number {
  const messages = messagesOf(log)
  const answered = new Set(
    messages.filter((one) => one.kind === 'Accounting-Response').map((one) => one.identifier),
  )
  const status = new RegExp(`\\(Acct-Status-Type\\) length=6\\n\\s+Value: ${STATUS[kind]}\\n`)
  return messages.filter(
    (one) =>
      one.kind === 'Accounting-Request' && status.test(one.text) && answered.has(one.identifier),
  ).length
}
