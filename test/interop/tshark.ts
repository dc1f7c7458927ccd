import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually, must } from '../support/peers/process.ts'
import { pcapOf } from '../support/peers/pcap.ts'
import type { CapturedDatagram } from '../support/peers/pcap.ts'
import {
  ATTRIBUTE,
  accessRequest,
  accountingRequest,
  attribute,
  decode,
} from '../support/peers/radius-packet.ts'
import { exchange } from '../support/peers/udp.ts'
import { GATEWAY_VENDORS } from '#db/gateways.ts'
import type { Scenario } from './scenario.ts'

const SECRET = 'testing123'
/** The ports by which tshark knows RADIUS, whatever the product listens on. */
const PORTS = { auth: 1812, acct: 1813 } as const
const GATEWAY_PORT = 40_000
/** The first answer ends it. */
const WAIT_MS = 5_000
const WRONG = [/malformed/i, /expert info \((warning|error)/i, /\[invalid/i, /wrong length/i]

/** Wireshark reads what the server sends: from a file, so that nothing has to be captured live. */
export async function tshark({ product, folder, test }: Scenario): Promise<void> {
  const { radius, radiusAcct } = product.ports
  const asked = await Promise.all([
    ...requests().map((request) => captured(radius, PORTS.auth, request)),
    captured(radiusAcct, PORTS.acct, accounting()),
  ])

  await test('each request had its answer', () => {
    assert.deepEqual(
      asked.map(([, reply]) => reply?.payload[0]),
      [2, 3, 11, 2, 5],
    )
  })
  await test('tshark finds nothing malformed in the answers, and the network in the accept', async () => {
    const shown = await read(join(folder.path, 'replies.pcap'), asked.flat())
    assert.match(shown, /Code: Access-Accept \(2\)/)
    assert.match(shown, /Code: Access-Reject \(3\)/)
    assert.match(shown, /Code: Access-Challenge \(11\)/)
    assert.match(shown, /Code: Accounting-Response \(5\)/)
    assert.match(shown, /Tunnel-Private-Group-Id\(81\) .*val=20/)
    assert.match(shown, /MS-MPPE-Recv-Key/)
    for (const pattern of WRONG) assert.doesNotMatch(shown, pattern)
  })
  await ofVendors({ product, folder, test })
  await test('tshark does find it where something is: a reply with an attribute past its end', async () => {
    const [request, reply] = asked[0] ?? []
    assert.ok(request && reply)
    const cut = Buffer.from(reply.payload)
    cut[20] = 26
    cut[21] = 255
    const damaged = [request, { ...reply, payload: cut }]
    const shown = await read(join(folder.path, 'damaged.pcap'), damaged)
    assert.ok(
      WRONG.some((pattern) => pattern.test(shown)),
      shown,
    )
  })
}

/** What tshark must show of an accept to a gateway of each vendor: the names are those of its own dictionary. */
const OF_VENDOR: Readonly<Record<(typeof GATEWAY_VENDORS)[number], readonly RegExp[]>> = {
  standard: [/WISPr-Bandwidth-Max-Up\b.*512000/, /WISPr-Bandwidth-Max-Down\b.*20000000/],
  aruba: [
    /Aruba-User-Role\b.*volunteers/,
    /Aruba-User-Vlan\b.*31/, // 4.0 has no name for Aruba-Captive-Portal-URL yet.
    /vnd=Aruba[^]*t=[\w-]+\(43\) l=27/,
  ],
  cisco: [/url-redirect-acl=volunteers/, /url-redirect=https:/, /(Airespace|Bandwidth).*20000\b/],
  coovachilli: [/ChilliSpot-Bandwidth-Max-Up\b.*512/, /ChilliSpot-Bandwidth-Max-Down\b.*20000/],
  meraki: [/url-redirect-acl=volunteers/, /url-redirect=https:/],
  mikrotik: [/Rate-Limit\b.*512k\/20000k/, /Mikrotik-Wireless-VLANID\b.*31/i],
  ruckus: [/Ruckus-User-Groups\b.*volunteers/, /WISPr-Bandwidth-Max-Down\b.*20000000/],
  unifi: [/Session-Timeout\b.*3600/],
}

/** One gateway of each vendor at one place, told apart by its loopback address. */
async function ofVendors({
  product,
  folder,
  test,
}: Pick<Scenario, 'product' | 'folder' | 'test'>): Promise<void> {
  const gateways = GATEWAY_VENDORS.map((vendor, i) => ({
    ...{ name: `gw-${vendor}`, address: `127.0.9.${i + 1}`, secret: SECRET, kind: 'generic' },
    vendor,
  }))
  const site = {
    ...{ code: '75-0090', name: 'Tous', association: '75', networks: { staff: { subnets: [] } } },
  }
  const give = { vlan: 31, session: '1h', down: '20M', up: '512k', filter: 'volunteers' }
  const redirect = 'https://wifi.example/help'
  const policy = { name: 'all', when: { sites: '75-0090' }, give: { ...give, redirect } }
  const declare = async (what: object): Promise<void> => {
    // JSON is YAML.
    const file = folder.write('vendors.yaml', JSON.stringify({ version: 1, ...what }))
    const applied = await product.command('apply', file)
    assert.equal(applied.code, 0, applied.stdout + applied.stderr)
  }
  await declare({ sites: [{ ...site, gateways }], policies: [policy] })
  const ask = (identifier: number): Buffer =>
    accessRequest({
      ...{ identifier, secret: SECRET, password: 'hello' },
      attributes: [attribute(ATTRIBUTE.userName, 'bob')],
    })
  // The server hears of the gateways and of the policy by notification, of each by itself.
  await eventually('an accept by the policy', async () => {
    const { radius } = product.ports
    const [reply] = await exchange(radius, [ask(19)], WAIT_MS, gateways[0]?.address)
    const found = reply && decode(reply).attributes
    return found?.some(
      ({ type, value }) =>
        type === ATTRIBUTE.tunnelPrivateGroupId && value.toString().endsWith('31'),
    )
  })
  for (const [i, { vendor, address }] of gateways.entries()) {
    await test(`tshark reads what a gateway of ${vendor} is told`, async () => {
      const payload = ask(20 + i)
      const replies = await exchange(product.ports.radius, [payload], WAIT_MS, address)
      const shown = await read(join(folder.path, `${vendor}.pcap`), [
        { from: GATEWAY_PORT, to: PORTS.auth, payload },
        ...replies.map((reply) => ({ from: PORTS.auth, to: GATEWAY_PORT, payload: reply })),
      ])
      assert.match(shown, /Tunnel-Private-Group-Id\(81\) .*val=31/)
      for (const pattern of OF_VENDOR[vendor]) assert.match(shown, pattern)
      for (const pattern of WRONG) assert.doesNotMatch(shown, pattern)
    })
  }
  await declare({ sites: [{ ...site, gateways: [] }], policies: [] })
}

/** Every field as text, hidden ones too. */
async function read(file: string, datagrams: readonly CapturedDatagram[]): Promise<string> {
  writeFileSync(file, pcapOf(datagrams))
  return must(['tshark', '-n', '-V', '-o', `radius.shared_secret:${SECRET}`, '-r', file])
}

async function captured(
  port: number,
  shownPort: number,
  payload: Buffer,
): Promise<readonly CapturedDatagram[]> {
  const gateway = GATEWAY_PORT + (payload[1] ?? 0)
  const replies = await exchange(port, [payload], WAIT_MS)
  return [
    { from: gateway, to: shownPort, payload },
    ...replies.map((reply) => ({ from: shownPort, to: gateway, payload: reply })),
  ]
}

/** An accept with a VLAN, a reject, a challenge, and an accept with keys (RFC 2759 §9.2). */
function requests(): readonly Buffer[] {
  const named = (name: string): ReturnType<typeof attribute> => attribute(ATTRIBUTE.userName, name)
  const microsoft = (type: number, hex: string): ReturnType<typeof attribute> => {
    const value = Buffer.from(hex, 'hex')
    return attribute(26, Buffer.concat([Buffer.from([0, 0, 1, 55, type, value.length + 2]), value]))
  }
  const peer = '21402324255E262A28295F2B3A337C7E'
  const response = '82309ECD8D708B5EA08FAA3981CD83544233114A3D85D6DF'
  const identity = Buffer.from([2, 1, 0, 8, 1, 0x62, 0x6f, 0x62])
  return [
    accessRequest({ identifier: 1, secret: SECRET, attributes: [named('bob')], password: 'hello' }),
    accessRequest({ identifier: 2, secret: SECRET, attributes: [named('bob')], password: 'no' }),
    accessRequest({
      identifier: 3,
      secret: SECRET,
      attributes: [named('bob'), attribute(ATTRIBUTE.eapMessage, identity)],
    }),
    accessRequest({
      identifier: 4,
      secret: SECRET,
      attributes: [
        named('User'),
        microsoft(11, '5B5D7C7D7B3F2F3E3C2C602132262628'),
        microsoft(25, `0700${peer}${'00'.repeat(8)}${response}`),
      ],
    }),
  ]
}

function accounting(): Buffer {
  return accountingRequest(5, SECRET, [
    attribute(ATTRIBUTE.acctStatusType, 1),
    attribute(ATTRIBUTE.acctSessionId, '5F3A00F1'),
    attribute(ATTRIBUTE.userName, 'bob'),
    attribute(ATTRIBUTE.callingStationId, '02-00-5E-10-00-F1'),
  ])
}
