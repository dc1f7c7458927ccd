import assert from 'node:assert/strict'
import { sourceAddress } from '#core/udp/source-address.ts'
import { chooseUdpLayer } from '#core/udp/udp-layer.ts'
import { udpCounters } from '#core/udp/testing/udp-layers.ts'
import type { Attribute } from '../../radius-server/attributes.ts'
import { textAttribute } from '../../radius-server/attributes.ts'
import { ATTRIBUTE, CODE } from '../../radius-server/dictionary.ts'
import { createUdpAsker } from '../../radius-server/disconnect/ask-by-udp.ts'
import type { DynamicReply } from '../../radius-server/disconnect/dynamic-request.ts'
import { eventually, must } from '../support/peers/process.ts'
import { WIRED_SECRET, startWiredPlace } from '../support/peers/wired-place.ts'
import type { Scenario } from './scenario.ts'

const LAPTOP = '02:00:5e:00:81:0a'
const STRANGER = '02:00:5e:00:81:0b'
const DAS_PORT = 3799

/** What hostapd looks at, and how it says no to each (RFC 5176 §3.5). */
const REFUSED: readonly (readonly [string, number, readonly Attribute[]])[] = [
  ['of an attribute that it does not take', 401, [text('Filter-Id', 'staff'), station(LAPTOP)]],
  ['to another gateway', 403, [text('NAS-Identifier', 'gw-0099'), station(LAPTOP)]],
  ['about an address that is none', 407, [text('Calling-Station-Id', 'no address')]],
  ['about a device that it does not know', 503, [station(STRANGER)]],
]

function text(name: keyof typeof ATTRIBUTE, value: string): Attribute {
  return textAttribute(ATTRIBUTE[name], value)
}

function station(mac: string): Attribute {
  return text('Calling-Station-Id', mac)
}

/** hostapd's own Dynamic Authorization Server: an ACK and a NAK of a real gateway. */
export async function disconnect({ product, folder, test }: Scenario): Promise<void> {
  await using place = await startWiredPlace({
    ...{ product, folder, name: 'told', laptopMac: LAPTOP, uplink: 132, das: true },
  })
  const { hostapd, supplicant } = place
  const ask = (...of: readonly string[]): ReturnType<typeof product.command> =>
    product.command('radius', 'disconnect', ...of, '--reason', 'the account is disabled')

  await test('a laptop is in, and the log knows it', async () => {
    await supplicant.printed(/CTRL-EVENT-EAP-SUCCESS/)
    await eventually(
      'an open row',
      async () => (await product.searchLogs('--mac', LAPTOP)).some(({ stop }) => stop === null),
      15_000,
    )
  })
  for (const [what, errorCause, attributes] of REFUSED) {
    await test(`hostapd says no to a request ${what}: Error-Cause ${errorCause}`, async () => {
      const reply = await disconnectAt(place.gatewayAddress, attributes)
      assert.deepEqual(reply, { isAcknowledged: false, errorCause })
    })
  }
  await test('hostapd ends its session and acknowledges it, in the first form', async () => {
    const done = await ask('--user', 'bob', '--site', '75-0043')
    assert.match(done.stdout, new RegExp(`gw-0043  ${LAPTOP}  bob  disconnected \\(station\\)`))
    assert.equal(done.code, 0, done.stdout + done.stderr)
    assert.match(hostapd.output(), /DAS: Received Disconnect-Request|Disconnect-Request/i)
  })
  await test('and says in accounting that it ended', async () => {
    const row = await eventually('a closed row', async () =>
      (await product.searchLogs('--mac', LAPTOP)).find(({ stop }) => stop !== null),
    )
    assert.equal(row.gateway, 'gw-0043')
  })
  await test('hostapd says of a session that it has not that it has none', async () => {
    const start = [
      'User-Name = "eve"',
      'Acct-Session-Id = "stranger"',
      `Calling-Station-Id = "${STRANGER}"`,
      'Acct-Status-Type = Start',
    ]
    await must(
      [
        'radclient',
        '-r',
        '1',
        `${place.productAddress}:${product.ports.radiusAcct}`,
        'acct',
        WIRED_SECRET,
      ],
      { namespace: place.gateway.name, input: `${start.join('\n')}\n` },
    )
    const done = await ask('--mac', STRANGER)
    assert.match(done.stdout, /no such session \(any more\) \(\w+, Error-Cause 503\)/)
    assert.equal(done.code, 0, done.stdout + done.stderr)
  })
  await test('nobody is asked where no session is open', async () => {
    const done = await ask('--mac', '02:00:5e:00:81:99')
    assert.equal(done.stdout, 'No session is open.\n')
  })
  await test('a request that names nobody is refused', async () => {
    const done = await ask()
    assert.notEqual(done.code, 0)
    assert.match(done.stderr, /--mac or --user|say what to look for/)
  })
}

/** One request as the ladder sends it, of which it would choose another form after a no. */
async function disconnectAt(
  gateway: string,
  attributes: readonly Attribute[],
): Promise<DynamicReply | null> {
  const address = sourceAddress(gateway)
  assert.ok(address)
  const asker = createUdpAsker({
    ...{ layer: chooseUdpLayer(null), counters: udpCounters(), clock: Date.now },
  })
  try {
    const request = { code: CODE['Disconnect-Request'], attributes }
    return await asker.ask({ address, port: DAS_PORT, secret: WIRED_SECRET }, request)
  } finally {
    await asker.stop()
  }
}
