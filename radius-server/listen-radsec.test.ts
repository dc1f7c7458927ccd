import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { checkServerIdentity } from 'node:tls'
import type { ConnectionOptions } from 'node:tls'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { silentLog } from '#core/log.ts'
import type { Authority } from '#db/authorities.ts'
import type { StoredCertificate } from '#db/certificates.ts'
import type { Gateway } from '#db/gateways.ts'
import { textAttribute } from './attributes.ts'
import { ACCT_STATUS_TYPE, ATTRIBUTE, CODE, ERROR_CAUSE } from './dictionary.ts'
import { makeCertificateAuthority, makeServerCertificate } from './testing/certificates.ts'
import { createRadsecListener } from './listen-radsec.ts'
import type { RadsecListener } from './listen-radsec.ts'
import type { RadsecConnection } from './radsec/connection.ts'
import { createPeers } from './radsec/peer.ts'
import { createTestAuthority, selfSigned } from '../test/support/gateway-certificate.ts'
import type { TestAuthority, TestCertificate } from '../test/support/gateway-certificate.ts'
import { answer, readAsked } from './testing/dynamic-gateway.ts'
import type { Asked } from './testing/dynamic-gateway.ts'
import { digestRequest, randomRequest, readReply } from './testing/gateway.ts'
import { connectGateway } from './testing/radsec-gateway.ts'
import type { RadsecGateway } from './testing/radsec-gateway.ts'
import { createTestServer, gateway } from './testing/server.ts'
import type { TestServer } from './testing/server.ts'
import { soon } from '../test/support/soon.ts'

const PSK = 'a key of thirty-two octets, or so'
const RADSEC = { secret: 'radsec' }
const BOB = [ATTRIBUTE['User-Name'], 'bob'] as const
const LOGIN = [BOB, [ATTRIBUTE['User-Password'], 'hello']] as const
const STATUS = randomRequest({ code: CODE['Status-Server'], ...RADSEC })

let house: StoredCertificate
let newer: StoredCertificate
let authority: TestAuthority
let foreign: TestAuthority
let pinned: TestCertificate
let named: TestCertificate
let server: TestServer
let listener: RadsecListener
let certificate: StoredCertificate
let authorities: readonly Authority[]

beforeAll(async () => {
  const ca = await makeCertificateAuthority(Date.now())
  house = await makeServerCertificate(ca, 'wifi.example.org', Date.now())
  newer = await makeServerCertificate(ca, 'wifi.example.org', Date.now())
  authority = await createTestAuthority('gateways')
  foreign = await createTestAuthority('gateways of others')
  pinned = await selfSigned('gw-pinned')
  named = await authority.issue('gw-named', ['other.example.org', 'gw-named.example.org'])
})
beforeEach(async () => {
  server = await createTestServer()
  certificate = house
  authorities = [authority.declared]
  server.house.gateways = [
    gateway({ name: 'gw-udp' }),
    radsec('gw-pinned', { by: 'certificate', sha256: pinned.sha256 }),
    radsec('gw-named', { by: 'name', name: 'gw-named.example.org', authority: 'gateways' }),
    radsec('gw-psk', { by: 'psk', psk: PSK }),
  ]
  await listen()
})
afterEach(() => listener.stop())

function radsec(name: string, how: Gateway['radsec']): Gateway {
  return gateway({ name, address: null, radsec: how })
}

async function listen(limits?: Parameters<typeof createRadsecListener>[1]): Promise<void> {
  listener = createRadsecListener(
    {
      address: { host: '127.0.0.1', port: 0 },
      server: server.server,
      peers: createPeers(
        () => server.house.gateways,
        () => authorities,
      ),
      watchOf: server.watches.of,
      certificate: () => certificate,
      authorities: () => authorities,
      metrics: server.metrics.radsec,
      log: silentLog,
      clock: () => server.house.now,
    },
    limits,
  )
  await listener.start()
}

function join(
  options: ConnectionOptions & { certificate?: TestCertificate } = {},
): Promise<RadsecGateway> {
  return connectGateway(listener.port, { ca: house.caPem, certificate: pinned, ...options })
}

/** PSK has no server certificate to look at. */
function keyed(
  identity: string,
  psk: string,
  more: ConnectionOptions = {},
): Promise<RadsecGateway> {
  return connectGateway(listener.port, {
    ciphers: 'TLS_AES_128_GCM_SHA256:ECDHE-PSK-CHACHA20-POLY1305',
    checkServerIdentity: () => undefined,
    pskCallback: () => ({ identity, psk: Buffer.from(psk) }),
    ...more,
  })
}

/** In TLS 1.2 the server has the last word of the handshake, so it never ends. */
async function isLetIn(coming: Promise<RadsecGateway>): Promise<boolean> {
  try {
    await using peer = await coming
    return await isAlive(peer)
  } catch {
    return false
  }
}

async function isAlive(peer: RadsecGateway): Promise<boolean> {
  peer.send(STATUS)
  try {
    return readReply(await peer.next(), STATUS, 'radsec').code === CODE['Access-Accept']
  } catch {
    return false
  }
}

function outcome(name: keyof TestServer['metrics']['radsec']['handshakes']): number {
  return server.metrics.radsec.handshakes[name].value
}

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('RadSec over %s', (version) => {
  const only = { minVersion: version, maxVersion: version }

  test('authentication, accounting and Status-Server go over one connection', async () => {
    await using peer = await join(only)
    const login = randomRequest({ code: CODE['Access-Request'], ...RADSEC, attributes: LOGIN })
    peer.send(login)
    const accept = readReply(await peer.next(), login, 'radsec')
    expect(accept.code).toBe(CODE['Access-Accept'])
    expect(accept.attributes[0]?.type).toBe(ATTRIBUTE['Message-Authenticator'])

    const start = digestRequest({
      code: CODE['Accounting-Request'],
      ...RADSEC,
      attributes: [
        [ATTRIBUTE['Acct-Status-Type'], ACCT_STATUS_TYPE.Start],
        [ATTRIBUTE['Acct-Session-Id'], 's1'],
        BOB,
      ],
    })
    peer.send(start)
    expect(readReply(await peer.next(), start, 'radsec').code).toBe(CODE['Accounting-Response'])
    expect(server.house.written).toMatchObject([{ gateway: 'gw-pinned', account: 'bob' }])
    expect(await isAlive(peer)).toBe(true)
  })

  test('the gateway is known by a name that its authority put in the certificate', async () => {
    await using peer = await join({ ...only, certificate: named })
    expect(await isAlive(peer)).toBe(true)
    expect([...listener.connections].map((one) => one.gateway)).toEqual(['gw-named'])
  })

  test('the gateway is known by its key', async () => {
    await using peer = await keyed('gw-psk', PSK, only)
    expect(await isAlive(peer)).toBe(true)
    expect([...listener.connections].map((one) => one.gateway)).toEqual(['gw-psk'])
  })

  test.each([
    ['the right name of another authority', () => foreign.issue('x', ['gw-named.example.org'])],
    ['a name that no gateway has', () => authority.issue('x', ['gw-unknown.example.org'])],
    ['a certificate of its own making', () => selfSigned('gw-named.example.org')],
    [
      'the right common name beside other alternative names',
      () => authority.issue('gw-named.example.org', ['other.example.org']),
    ],
  ])('%s is refused', async (_, make) => {
    expect(await isLetIn(join({ ...only, certificate: await make() }))).toBe(false)
    expect(outcome('unknown-gateway')).toBe(1)
  })

  test('who shows no certificate and has no key is refused', async () => {
    const peer = connectGateway(listener.port, { ca: house.caPem, ...only })
    expect(await isLetIn(peer)).toBe(false)
    expect(outcome('unknown-gateway')).toBe(1)
  })

  test('a wrong key and an unknown identity are refused', async () => {
    for (const [identity, psk] of [
      ['gw-psk', 'another key of the same length..'],
      ['gw-pinned', PSK],
      ['nobody', PSK],
    ] as const) {
      expect(await isLetIn(keyed(identity, psk, only))).toBe(false)
    }
    expect(listener.connections.size).toBe(0)
  })
})

describe('RadSec', () => {
  test('an identity whose key is never used proves nothing', async () => {
    // OpenSSL passes over a key whose hash does not fit the cipher, and goes on without it.
    await using peer = await keyed('gw-psk', 'not the key of this gateway at all', {
      ciphers: 'TLS_AES_256_GCM_SHA384',
      ca: house.caPem,
      checkServerIdentity,
    })
    expect(await isAlive(peer)).toBe(false)
    expect(outcome('unknown-gateway')).toBe(1)
  })

  test('a serial number that is revoked is refused, and its connection ended', async () => {
    await using before = await join({ certificate: named })
    expect(await isAlive(before)).toBe(true)
    authorities = [{ ...authority.declared, revoked: new Set([named.serial]) }]
    listener.sweep()
    await before.closed
    expect(server.metrics.radsec.closed['no-longer-known'].value).toBe(1)
    await using after = await join({ certificate: named })
    expect(await isAlive(after)).toBe(false)
  })

  test('a gateway that is no longer declared is not answered any more', async () => {
    await using peer = await join()
    expect(await isAlive(peer)).toBe(true)
    server.house.gateways = [gateway({ name: 'gw-udp' })]
    expect(await isAlive(peer)).toBe(false)
    expect(server.metrics.radsec.closed['no-longer-known'].value).toBe(1)
  })

  test('a gateway without an address is not known over UDP', async () => {
    server.house.gateways = [radsec('gw-pinned', { by: 'certificate', sha256: pinned.sha256 })]
    expect(await server.send('authentication', STATUS)).toBeNull()
    expect(server.metrics.dropped['unknown-client'].value).toBe(1)
  })

  test('a new certificate is shown to who comes, and drops nobody', async () => {
    await using before = await join()
    certificate = newer
    listener.renew()
    await using after = await join()
    const [old, fresh] = [before, after].map(
      (peer) => peer.socket.getPeerCertificate().serialNumber,
    )
    expect(fresh).not.toBe(old)
    expect(await isAlive(before)).toBe(true)
    expect(await isAlive(after)).toBe(true)
  })

  test('an authority that is declared later counts for who comes then', async () => {
    const other = await foreign.issue('x', ['gw-late.example.org'])
    authorities = [authority.declared, foreign.declared]
    server.house.gateways = [
      radsec('gw-late', {
        by: 'name',
        name: 'gw-late.example.org',
        authority: 'gateways of others',
      }),
    ]
    listener.renew()
    await using peer = await join({ certificate: other })
    expect(await isAlive(peer)).toBe(true)
  })

  test('CoA and Disconnect that are sent to us are refused with 406', async () => {
    await using peer = await join()
    for (const [code, nak] of [
      [CODE['CoA-Request'], CODE['CoA-NAK']],
      [CODE['Disconnect-Request'], CODE['Disconnect-NAK']],
    ] as const) {
      const request = digestRequest({ code, ...RADSEC, attributes: [BOB] })
      peer.send(request)
      const reply = readReply(await peer.next(), request, 'radsec')
      expect(reply.code).toBe(nak)
      expect(reply.integer(ATTRIBUTE['Error-Cause'])).toBe(ERROR_CAUSE['Unsupported-Extension'])
    }
  })

  test('packets may be split at any octet and come many at once', async () => {
    await using peer = await join()
    const requests = Array.from({ length: 20 }, (_, identifier) =>
      randomRequest({ code: CODE['Status-Server'], identifier, ...RADSEC }),
    )
    const stream = Buffer.concat(requests)
    for (let at = 0, size = 1; at < stream.length; at += size, size = (size * 7) % 101) {
      peer.send(stream.subarray(at, at + size))
    }
    for (const request of requests) {
      expect(readReply(await peer.next(), request, 'radsec').code).toBe(CODE['Access-Accept'])
    }
  })

  test('a length that cannot be ends the connection', async () => {
    for (const length of [19, 4097]) {
      await using peer = await join()
      const header = Buffer.alloc(20)
      header.writeUInt16BE(length, 2)
      peer.send(header)
      await peer.closed
    }
    expect(server.metrics.radsec.closed.malformed.value).toBe(2)
  })
})

describe('radius/1.1', () => {
  function without(code: number, token: number, attributes: Buffer = Buffer.alloc(0)): Buffer {
    const header = Buffer.alloc(20)
    header.writeUInt8(code)
    header.writeUInt16BE(20 + attributes.length, 2)
    header.writeUInt32BE(token, 4)
    return Buffer.concat([header, attributes])
  }
  function attribute(type: number, value: string): Buffer {
    return Buffer.concat([Buffer.from([type, 2 + value.length]), Buffer.from(value)])
  }

  test('has Tokens and no MD5: a password in clear, no Message-Authenticator', async () => {
    await using peer = await join({ ALPNProtocols: ['radius/1.0', 'radius/1.1'] })
    expect(peer.socket.alpnProtocol).toBe('radius/1.1')
    const login = [
      attribute(ATTRIBUTE['User-Name'], 'bob'),
      attribute(ATTRIBUTE['User-Password'], 'hello'),
    ]
    peer.send(without(CODE['Access-Request'], 0xdecade01, Buffer.concat(login)))
    const reply = await peer.next()
    expect(reply[0]).toBe(CODE['Access-Accept'])
    expect(reply.subarray(4, 20).toString('hex')).toBe(`decade01${'00'.repeat(12)}`)
    expect(reply[20]).not.toBe(ATTRIBUTE['Message-Authenticator'])
  })

  test('the same identifier, which is zero, is many requests at once', async () => {
    await using peer = await join({ ALPNProtocols: ['radius/1.1'] })
    const tokens = Array.from({ length: 300 }, (_, i) => i)
    peer.send(Buffer.concat(tokens.map((token) => without(CODE['Status-Server'], token))))
    const answered = []
    for (const _ of tokens) answered.push((await peer.next()).readUInt32BE(4))
    expect(answered).toEqual(tokens)
  })

  test('is not spoken over TLS 1.2', async () => {
    const peer = join({ ALPNProtocols: ['radius/1.1'], maxVersion: 'TLSv1.2' })
    expect(await isLetIn(peer)).toBe(false)
    expect(outcome('wrong-version')).toBe(1)
  })

  test('who offers only another protocol is refused, who offers 1.0 has it', async () => {
    await expect(join({ ALPNProtocols: ['h2'] })).rejects.toThrow(/alert|application protocol/i)
    await using peer = await join({ ALPNProtocols: ['radius/1.0'] })
    expect(peer.socket.alpnProtocol).toBe('radius/1.0')
    expect(await isAlive(peer)).toBe(true)
  })
})

describe('a request of ours, back through the connection', () => {
  const REQUEST = {
    code: CODE['Disconnect-Request'],
    attributes: [textAttribute(ATTRIBUTE['User-Name'], 'bob')],
  }
  function connectionOf(name: string): RadsecConnection {
    const connection = listener.connections.find(name)
    if (connection === undefined) throw new Error(`${name} has no connection`)
    return connection
  }

  test('is signed with "radsec" and answered between the requests of the gateway', async () => {
    await using peer = await join()
    expect(await isAlive(peer)).toBe(true)
    const asked: Asked[] = []
    for (const [said, reply] of [
      [true, { isAcknowledged: true, errorCause: null }],
      [503, { isAcknowledged: false, errorCause: 503 }],
    ] as const) {
      const replied = connectionOf('gw-pinned').ask(REQUEST)
      const answered = answer(await peer.next(), () => said, 'radsec', asked)
      expect(await isAlive(peer)).toBe(true)
      peer.send(answered ?? Buffer.alloc(0))
      expect(await replied).toEqual(reply)
    }
    expect(asked[0]?.texts.get('1')).toBe('bob')
  })

  test('is not answered by what is signed otherwise, and given up with the connection', async () => {
    await using peer = await join()
    expect(await isAlive(peer)).toBe(true)
    const replied = connectionOf('gw-pinned').ask(REQUEST)
    const reply = answer(await peer.next(), () => true, 'radsec', [])
    reply?.writeUInt8(reply.readUInt8(7) ^ 1, 7)
    peer.send(reply ?? Buffer.alloc(0))
    expect(await isAlive(peer)).toBe(true)
    peer.socket.destroy()
    expect(await replied).toBeNull()
  })

  test('has a Token and no MD5 in radius/1.1', async () => {
    await using peer = await join({ ALPNProtocols: ['radius/1.1'] })
    peer.send(Buffer.from(`0c000014${'00'.repeat(16)}`, 'hex'))
    await peer.next()
    const replied = connectionOf('gw-pinned').ask(REQUEST)
    const request = await peer.next()
    expect(readAsked(request).types).toEqual([ATTRIBUTE['User-Name'], ATTRIBUTE['Event-Timestamp']])
    expect(request.subarray(8, 20)).toEqual(Buffer.alloc(12))
    const ack = Buffer.from(request.subarray(0, 20))
    ack.writeUInt8(CODE['Disconnect-ACK'])
    ack.writeUInt16BE(20, 2)
    peer.send(ack)
    expect(await replied).toEqual({ isAcknowledged: true, errorCause: null })
  })

  test('goes by the connection of the gateway that was heard last', async () => {
    await using older = await join()
    expect(await isAlive(older)).toBe(true)
    server.house.now += 1000
    await using newest = await join()
    expect(await isAlive(newest)).toBe(true)
    const replied = connectionOf('gw-pinned').ask(REQUEST)
    newest.send(answer(await newest.next(), () => true, 'radsec', []) ?? Buffer.alloc(0))
    expect((await replied)?.isAcknowledged).toBe(true)
  })
})

describe('limits of RadSec', () => {
  test('of too many connections of a gateway the one silent longest makes room', async () => {
    await listener.stop()
    await listen({ inAll: 100, perGateway: 2 })
    await using first = await join()
    await using second = await join()
    expect(await isAlive(second)).toBe(true)
    server.house.now += 1000
    expect(await isAlive(first)).toBe(true)
    await using third = await join()
    await second.closed
    expect(await isAlive(first)).toBe(true)
    expect(await isAlive(third)).toBe(true)
    expect(server.metrics.radsec.closed['made-room'].value).toBe(1)
  })

  test('beyond the limit of all connections nobody is let in', async () => {
    await listener.stop()
    await listen({ inAll: 1, perGateway: 16 })
    await using one = await join()
    expect(await isAlive(one)).toBe(true)
    await expect(join()).rejects.toThrow()
    expect(outcome('too-many-connections')).toBe(1)
  })

  test('a connection that says nothing is closed after an hour', async () => {
    await using peer = await join()
    expect(await isAlive(peer)).toBe(true)
    server.house.now += 3_600_000
    listener.sweep()
    expect(listener.connections.size).toBe(1)
    server.house.now += 1
    listener.sweep()
    await peer.closed
    expect(server.metrics.radsec.closed.idle.value).toBe(1)
  })

  test('who does not read is asked to wait, and closed when it never does', async () => {
    await using peer = await join()
    peer.socket.pause()
    // More replies than both kernels hold.
    const burst = Buffer.concat(Array.from({ length: 1000 }, () => STATUS))
    let sent = 0
    const blocked = (): boolean => peer.socket.writableLength > 4 * 1024 * 1024
    while (!blocked() && sent < 2000) {
      peer.send(burst)
      sent += 1
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(blocked()).toBe(true)
    server.house.now += 30_000
    listener.sweep()
    expect(listener.connections.size).toBe(1)
    server.house.now += 1
    listener.sweep()
    expect(listener.connections.size).toBe(0)
    expect(server.metrics.radsec.closed['slow-reader'].value).toBe(1)
  })

  test('a place is free again when one goes, also when all are taken', async () => {
    await listener.stop()
    await listen({ inAll: 100, perGateway: 100 })
    const peers: RadsecGateway[] = []
    for (let batch = 0; batch < 2; batch += 1) {
      peers.push(...(await Promise.all(Array.from({ length: 50 }, () => join()))))
    }
    await soon(() => expect(listener.connections.size).toBe(100))
    await expect(join()).rejects.toThrow()
    expect(outcome('too-many-connections')).toBe(1)
    peers[0]?.socket.destroy()
    await soon(() => expect(listener.connections.size).toBe(99))
    await using late = await join()
    expect(await isAlive(late)).toBe(true)
    for (const { socket } of peers) socket.destroy()
    await soon(() => expect(listener.connections.size).toBe(1))
  })

  test('a port that is knocked at without TLS takes no place for good', async () => {
    const knock = connectTcp(listener.port, '127.0.0.1')
    await once(knock, 'connect')
    await soon(() => expect(listener.handshaking).toBe(1))
    knock.end('GET / HTTP/1.1\r\n\r\n')
    knock.resume()
    await once(knock, 'close')
    await soon(() => expect(listener.handshaking).toBe(0))
    expect(outcome('failed')).toBe(1)
  })

  test('a handshake has an end, however slowly it goes on', async () => {
    await listener.stop()
    await listen({ handshakeMs: 200 })
    const slow = connectTcp(listener.port, '127.0.0.1')
    await once(slow, 'connect')
    slow.on('error', () => {})
    slow.resume()
    // A ClientHello that is about to be long, an octet at a time.
    const drip = setInterval(() => slow.write('\x16\x03\x01\x01'.at(slow.bytesWritten) ?? 'a'), 20)
    await new Promise((resolve) => slow.on('close', resolve))
    clearInterval(drip)
    expect(outcome('timed-out')).toBe(1)
    expect(outcome('failed')).toBe(0)
  })

  test('one address cannot have all the handshakes', async () => {
    await listener.stop()
    await listen({ handshakesPerAddress: 2 })
    const knocks = Array.from({ length: 3 }, () => connectTcp(listener.port, '127.0.0.1'))
    const ended = knocks.map((knock) =>
      once(
        knock.resume().on('error', () => {}),
        'close',
      ),
    )
    await soon(() => expect(outcome('too-many-handshakes')).toBe(1))
    await Promise.race(ended)
    expect(listener.handshaking).toBe(2)
    for (const knock of knocks) knock.destroy()
    await soon(() => expect(listener.handshaking).toBe(0))
    await using peer = await join()
    expect(await isAlive(peer)).toBe(true)
  })

  test('a stop answers what is in work', async () => {
    const written = Promise.withResolvers<void>()
    const append = server.house.append
    server.house.append = async (lines) => {
      await written.promise
      await append(lines)
    }
    await using peer = await join()
    const stop = digestRequest({
      code: CODE['Accounting-Request'],
      ...RADSEC,
      attributes: [
        [ATTRIBUTE['Acct-Status-Type'], ACCT_STATUS_TYPE.Stop],
        [ATTRIBUTE['Acct-Session-Id'], 's2'],
        BOB,
      ],
    })
    peer.send(stop)
    await soon(() => expect([...listener.connections][0]?.inWork).toBe(1))
    const stopped = listener.stop()
    written.resolve()
    expect(readReply(await peer.next(), stop, 'radsec').code).toBe(CODE['Accounting-Response'])
    await stopped
    await peer.closed
  })
})
