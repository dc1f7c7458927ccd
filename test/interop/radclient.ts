import assert from 'node:assert/strict'
import { acceptTerms, signedPath } from '../support/peers/guest.ts'
import { eventually } from '../support/peers/process.ts'
import { radclient as ask } from '../support/peers/radclient.ts'
import type { RadclientAnswer } from '../support/peers/radclient.ts'
import {
  ATTRIBUTE,
  CODE,
  accessRequest,
  accountingRequest,
  attribute,
  decode,
  encode,
  isReplyTo,
  startsWithItsMessageAuthenticator,
} from '../support/peers/radius-packet.ts'
import { exchange } from '../support/peers/udp.ts'
import { soon } from './enrolling.ts'
import type { Scenario } from './scenario.ts'

const SECRET = 'testing123'
/** One phone in the six usual spellings. */
const SPELLINGS = [
  'AA-BB-CC-DD-EE-42',
  'aa:bb:cc:dd:ee:42',
  'aabb.ccdd.ee42',
  'aabbccddee42',
  'aabbcc-ddee42',
  'AABBCCDDEE42',
]

/** FreeRADIUS's radclient, and packets written by hand for what radclient will not send. */
export async function radclient({ product, test }: Scenario): Promise<void> {
  const { radius, radiusAcct } = product.ports
  const login = (name: string, password: string, secret = SECRET): Promise<RadclientAnswer> =>
    ask({
      port: radius,
      kind: 'auth',
      secret,
      attributes: [
        `User-Name = "${name}"`,
        `User-Password = "${password}"`,
        'Message-Authenticator = 0x00',
      ],
      waitSeconds: secret === SECRET ? 5 : 1,
    })
  const byMac = (spelling: string): Promise<RadclientAnswer> =>
    ask({
      port: radius,
      kind: 'auth',
      secret: SECRET,
      attributes: [
        `User-Name = "${spelling}"`,
        `User-Password = "${spelling}"`,
        `Calling-Station-Id = "${spelling}"`,
        'Service-Type = Call-Check',
        'Message-Authenticator = 0x00',
      ],
    })

  await test('PAP: a known account with its password is accepted', async () => {
    const { reply, output } = await login('bob', 'hello')
    assert.equal(reply, 'Access-Accept', output)
    assert.match(output, /Tunnel-Private-Group-Id:0 = "20"/)
  })
  await test('PAP: a wrong password is rejected', async () => {
    const { reply, output } = await login('bob', 'goodbye')
    assert.equal(reply, 'Access-Reject', output)
  })
  await test('PAP: an unknown account is rejected', async () => {
    const { reply, output } = await login('nobody', 'hello')
    assert.equal(reply, 'Access-Reject', output)
  })
  await test('MS-CHAPv2: the vectors of RFC 2759 are accepted, and the server proves itself', async () => {
    const { reply, output } = await msChap(
      radius,
      '82309ECD8D708B5EA08FAA3981CD83544233114A3D85D6DF',
    )
    assert.equal(reply, 'Access-Accept', output)
    const proof = Buffer.from('S=407A5589115FD0D6209F510FE9C04566932CDA56').toString('hex')
    assert.match(output, new RegExp(`MS-CHAP2-Success = 0x07${proof}`))
    // RFC 3079 §3.5.3.
    assert.match(output, /MS-MPPE-Send-Key = 0x8b7cdc149b993a1ba118cb153f56dccb/)
    assert.match(output, /MS-MPPE-Recv-Key = 0xd5f0e9521e3ea9589645e86051c82226/)
  })
  await test('MS-CHAPv2: another response is rejected, with the error that Windows knows', async () => {
    const { reply, output } = await msChap(radius, '00'.repeat(24))
    assert.equal(reply, 'Access-Reject', output)
    assert.match(output, /MS-CHAP-Error = "\\007E=691 R=0 C=[0-9A-F]{32} V=3/)
  })
  await test('CHAP is rejected: no account has its password in clear', async () => {
    const attributes = [
      'User-Name = "bob"',
      'CHAP-Password = "hello"',
      'Message-Authenticator = 0x00',
    ]
    const { reply, output } = await ask({ port: radius, kind: 'auth', secret: SECRET, attributes })
    assert.equal(reply, 'Access-Reject', output)
  })
  await test('a wrong secret is answered by silence', async () => {
    const { reply, output } = await login('bob', 'hello', 'not-the-secret')
    assert.equal(reply, null, output)
  })

  await test('MAC: a phone that accepted nothing is rejected', async () => {
    const { reply, output } = await byMac(SPELLINGS[0] ?? '')
    assert.equal(reply, 'Access-Reject', output)
  })
  await test('MAC: the phone accepts the terms through the portal', async () => {
    const path = signedPath({
      gateway: 'gw-0042',
      secret: SECRET,
      mac: 'AA-BB-CC-DD-EE-42',
      ip: '10.213.200.42',
    })
    const answer = await acceptTerms(product.portalUrl, path)
    assert.ok(answer.status === 303 || answer.status === 302, `status ${answer.status}`)
  })
  for (const spelling of SPELLINGS) {
    await test(`MAC: and is let in from then on, spelled ${spelling}`, async () => {
      // The grant reaches the RADIUS part by a notification of the database.
      await eventually(
        'Access-Accept',
        async () => (await byMac(spelling)).reply === 'Access-Accept',
      )
    })
  }

  await accounting(radiusAcct, { product, test })
  await byHand(radius, radiusAcct, test)
}

/** As user `User` with the challenges of RFC 2759 §9.2. */
function msChap(port: number, response: string): Promise<RadclientAnswer> {
  const peer = '21402324255E262A28295F2B3A337C7E'
  return ask({
    port,
    kind: 'auth',
    secret: SECRET,
    attributes: [
      'User-Name = "User"',
      'MS-CHAP-Challenge = 0x5B5D7C7D7B3F2F3E3C2C602132262628',
      `MS-CHAP2-Response = 0x0700${peer}${'00'.repeat(8)}${response}`,
      'Message-Authenticator = 0x00',
    ],
  })
}

async function accounting(
  port: number,
  { product, test }: Pick<Scenario, 'product' | 'test'>,
): Promise<void> {
  const mac = '02:00:5e:10:00:01'
  const record = async (...extra: readonly string[]): Promise<void> => {
    const attributes = [
      'User-Name = "bob"',
      'Acct-Session-Id = "5F3A0001"',
      'Calling-Station-Id = "02-00-5E-10-00-01"',
      'Called-Station-Id = "02-00-5E-00-00-42:Maison"',
      'NAS-IP-Address = 127.0.0.1',
      'Framed-IP-Address = 10.213.200.43',
      ...extra,
    ]
    const { reply, output } = await ask({ port, kind: 'acct', secret: SECRET, attributes })
    assert.equal(reply, 'Accounting-Response', output)
  }
  const row = (): Promise<Awaited<ReturnType<typeof product.searchLogs>>[number]> =>
    soon(async () => {
      const rows = await product.searchLogs('--mac', mac)
      assert.equal(rows.length, 1, JSON.stringify(rows))
      const [only] = rows
      assert.ok(only)
      return only
    })

  await test('accounting: Start opens a row that the search finds by MAC', async () => {
    await record('Acct-Status-Type = Start')
    const { site, gateway, user, ip, ipv6, publicIp, publicPorts, stop, cause } = await row()
    assert.deepEqual(
      { site, gateway, user, ip, ipv6, publicIp, publicPorts, stop, cause },
      {
        site: '75-0042',
        gateway: 'gw-0042',
        user: 'bob',
        ip: '10.213.200.43',
        ipv6: null,
        publicIp: null,
        publicPorts: null,
        stop: null,
        cause: null,
      },
    )
  })
  await test('accounting: Interim-Update keeps the row open', async () => {
    await record('Acct-Status-Type = Interim-Update', 'Acct-Session-Time = 2')
    assert.equal((await row()).stop, null)
  })
  await test('accounting: a repeated Start leaves one row', async () => {
    await record('Acct-Status-Type = Start')
    await row()
  })
  await test('accounting: Stop closes it with its cause and times in UTC', async () => {
    await record(
      'Acct-Status-Type = Stop',
      'Acct-Session-Time = 5',
      'Acct-Terminate-Cause = User-Request',
    )
    const { start, stop } = await soon(async () => {
      const closed = await row()
      const { mac: found, cause } = closed
      assert.deepEqual({ found, cause }, { found: mac, cause: 'User-Request' })
      return closed
    })
    for (const time of [start, stop]) {
      assert.match(time ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
      assert.ok(Math.abs(Date.parse(time ?? '') - Date.now()) < 120_000, `${time} is not now`)
    }
    assert.ok(Date.parse(stop ?? '') >= Date.parse(start))
  })
  await test('accounting: the same row is found by user, by address and by place', async () => {
    for (const query of [
      ['--user', 'bob'],
      ['--ip', '10.213.200.43'],
      ['--site', '75-0042'],
    ]) {
      const rows = await product.searchLogs(...query)
      assert.ok(
        rows.some((one) => one.mac === mac),
        query.join(' '),
      )
    }
  })
  await test('accounting: a Stop that overtakes its Start makes one closed row', async () => {
    const late = '02:00:5e:10:00:02'
    const attributes = ['Acct-Session-Id = "5F3A0002"', `Calling-Station-Id = "${late}"`]
    for (const status of ['Stop', 'Start']) {
      const about = [...attributes, `Acct-Status-Type = ${status}`, 'NAS-IP-Address = 127.0.0.1']
      await ask({ port, kind: 'acct', secret: SECRET, attributes: about })
    }
    await soon(async () => {
      const rows = await product.searchLogs('--mac', late)
      assert.equal(rows.length, 1, JSON.stringify(rows))
      assert.notEqual(rows[0]?.stop, null)
    })
  })
  await test('accounting: Accounting-On closes what the gateway had open before it fell', async () => {
    const left = '02:00:5e:10:00:03'
    const attributes = ['Acct-Session-Id = "5F3A0003"', `Calling-Station-Id = "${left}"`]
    for (const about of [
      [...attributes, 'Acct-Status-Type = Start', 'NAS-IP-Address = 127.0.0.1'],
      [
        'Acct-Session-Id = "boot"',
        'Acct-Status-Type = Accounting-On',
        'NAS-IP-Address = 127.0.0.1',
      ],
    ]) {
      const { reply } = await ask({ port, kind: 'acct', secret: SECRET, attributes: about })
      assert.equal(reply, 'Accounting-Response')
    }
    await soon(async () => {
      const [found] = await product.searchLogs('--mac', left)
      assert.equal(found?.cause, 'NAS-Reboot', JSON.stringify(found))
      assert.notEqual(found.stop, null)
    })
  })
  await test('a search without a reason is refused', async () => {
    const done = await product.command('logs', 'search', '--mac', mac, '--json')
    assert.notEqual(done.code, 0)
    assert.equal(done.stdout, '')
    assert.match(done.stderr, /reason/)
  })
}

async function byHand(radius: number, radiusAcct: number, test: Scenario['test']): Promise<void> {
  const bob = attribute(ATTRIBUTE.userName, 'bob')
  const eap = attribute(ATTRIBUTE.eapMessage, Buffer.from([2, 1, 0, 8, 1, 0x62, 0x6f, 0x62]))
  const pap = { secret: SECRET, attributes: [bob], password: 'hello' }

  for (const [password, code] of [
    ['hello', CODE.accessAccept],
    ['wrong', CODE.accessReject],
  ] as const) {
    await test(`code ${code}: its Message-Authenticator is right and comes first`, async () => {
      const request = accessRequest({ ...pap, password, identifier: 1 })
      const [reply] = await exchange(radius, [request], 3000)
      assert.ok(reply, 'no reply')
      assert.equal(decode(reply).code, code)
      assert.ok(isReplyTo(reply, request, SECRET), 'the Response Authenticator is wrong')
      assert.ok(startsWithItsMessageAuthenticator(reply, request, SECRET), reply.toString('hex'))
    })
  }
  await test('a request sent again gets the same reply, byte for byte', async () => {
    const request = accessRequest({ ...pap, identifier: 7 })
    const [first, second] = await exchange(radius, [request, request], 3000)
    assert.ok(first)
    assert.ok(second)
    assert.deepEqual(second, first)
  })
  await test('the same identifier on another request is another request', async () => {
    const requests = ['hello', 'wrong'].map((password) =>
      accessRequest({ ...pap, password, identifier: 8 }),
    )
    const replies = await exchange(radius, requests, 3000)
    assert.deepEqual(
      replies.map((reply) => decode(reply).code),
      [CODE.accessAccept, CODE.accessReject],
    )
  })

  const silent: readonly (readonly [string, number, Buffer])[] = [
    [
      'EAP without Message-Authenticator',
      radius,
      accessRequest({ identifier: 10, secret: SECRET, attributes: [bob, eap], signed: false }),
    ],
    [
      'PAP without Message-Authenticator',
      radius,
      accessRequest({ ...pap, identifier: 14, signed: false }),
    ],
    [
      'Proxy-State without Message-Authenticator',
      radius,
      accessRequest({
        ...pap,
        identifier: 11,
        attributes: [bob, attribute(ATTRIBUTE.proxyState, 'x')],
        signed: false,
      }),
    ],
    [
      'a wrong Message-Authenticator',
      radius,
      encode({
        ...decode(accessRequest({ ...pap, identifier: 12 })),
        attributes: [bob, attribute(ATTRIBUTE.messageAuthenticator, Buffer.alloc(16, 7))],
      }),
    ],
    [
      'an Accounting-Request under another secret',
      radiusAcct,
      accountingRequest(13, 'not-the-secret', [
        attribute(ATTRIBUTE.acctStatusType, 1),
        attribute(ATTRIBUTE.acctSessionId, 'forged'),
        attribute(ATTRIBUTE.callingStationId, '02-00-5E-10-00-66'),
      ]),
    ],
    ['half a header', radius, Buffer.from('0101001400000000', 'hex')],
    ['an Access-Accept sent to us', radius, Buffer.from(`0201001400${'00'.repeat(15)}`, 'hex')],
  ]
  for (const [what, port, datagram] of silent) {
    await test(`${what} is answered by silence`, async () => {
      assert.deepEqual(await exchange(port, [datagram], 700), [])
    })
  }
}
