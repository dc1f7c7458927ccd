import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { once } from 'node:events'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { connect } from 'node:tls'
import { CONVERSATION_LIMITS } from '../../radius-server/eap/conversations.ts'
import { EAP_TYPE } from '../../radius-server/eap/eap-packet.ts'
import { ATTRIBUTE, CODE } from '../../radius-server/dictionary.ts'
import { randomRequest, readReply } from '../../radius-server/testing/gateway.ts'
import type { Reply } from '../../radius-server/testing/gateway.ts'
import { eapAttributes, eapResponse, identityResponse } from '../../radius-server/testing/peer.ts'
import { settledBytes } from '../fuzz/udp-ports.ts'
import { ownBytes } from '../fuzz/udp-queue.ts'
import { eapolTest } from '../support/peers/eapol-test.ts'
import { createProduct } from '../support/peers/product.ts'
import type { Product } from '../support/peers/product.ts'
import type { Scenario } from './scenario.ts'

const SECRET = 'testing123'
/** More than are kept, so that some must make room for others. */
const FIRST = CONVERSATION_LIMITS.live + 2_000
const THEN = 6_000
const AT_ONCE = 32
const AGAIN_MS = 2_000
/** What a conversation takes in which TLS has begun, and what the process has besides. */
const EACH_BYTES = 96 * 1024
const SLACK_BYTES = 128 * 1024 * 1024

/** Devices that begin 802.1X, get the server's certificate, and are never heard of again. */
export async function abandoned({ upstream, folder, test }: Scenario): Promise<void> {
  await using product = await createProduct(folder, {
    upstream,
    roles: ['radius'],
    // One gateway sends what all of a country would: what is tried here is the other limit.
    env: { ACCUEIL_RADIUS_LIMITS: 'gateway-packets=1000000,gateway-logins=1000000' },
  })
  await product.start()
  const applied = await product.command('apply', join(import.meta.dirname, 'fixture/house.yaml'))
  assert.equal(applied.code, 0, applied.stderr)
  await product.ready()
  const { pid } = product.running()
  const hello = await clientHello()
  const before = ownBytes(pid)
  let full = 0

  await test(`${FIRST} conversations are begun and abandoned, each after the server’s first flight`, async () => {
    assert.equal(await abandon(product.ports.radius, hello, 0, FIRST), FIRST)
  })
  await test(`no more than ${CONVERSATION_LIMITS.live} of them are kept, and the others are counted`, async () => {
    const { kept, evicted } = await conversations(product)
    assert.ok(kept <= CONVERSATION_LIMITS.live, `${kept} are kept`)
    assert.equal(kept + evicted, FIRST)
    full = await settledBytes(pid)
    console.log(`# ${kept} kept, ${mib(full - before)} MiB for them`)
    assert.ok(full - before < CONVERSATION_LIMITS.live * EACH_BYTES + SLACK_BYTES)
  })
  await test(`${THEN} more take no more memory`, async () => {
    assert.equal(await abandon(product.ports.radius, hello, FIRST, THEN), THEN)
    const { kept, evicted } = await conversations(product)
    assert.ok(kept <= CONVERSATION_LIMITS.live, `${kept} are kept`)
    assert.equal(kept + evicted, FIRST + THEN)
    const grown = (await settledBytes(pid)) - full
    console.log(`# ${mib(grown)} MiB more`)
    assert.ok(grown < SLACK_BYTES, `${mib(grown)} MiB`)
  })
  await test('and a good login goes through', async () => {
    const began = performance.now()
    const { success, keysMatch, output } = await eapolTest({
      ...{ folder, port: product.ports.radius, secret: SECRET, identity: 'bob', password: 'hello' },
      ...{ caFile: join(product.dataDir, 'eap-ca.pem'), tls: '1.3' },
    })
    console.log(`# in ${Math.round(performance.now() - began)} ms`)
    assert.deepEqual({ success, keysMatch }, { success: true, keysMatch: true }, output)
  })
}

/** Begins so many, each of a device of its own; how many came as far as the server's certificate. */
async function abandon(port: number, hello: Buffer, from: number, count: number): Promise<number> {
  let next = from
  let reached = 0
  const line = async (): Promise<void> => {
    const socket = createSocket('udp4')
    socket.connect(port, '127.0.0.1')
    await once(socket, 'connect')
    try {
      for (let device = next++; device < from + count; device = next++) {
        const start = await ask(socket, device, identityResponse(1))
        const first = start.eap()
        // An EAP-Request of TTLS with its start bit.
        if (start.code !== CODE['Access-Challenge'] || first.readUInt8(4) !== EAP_TYPE.TTLS)
          continue
        const said = eapResponse(
          first.readUInt8(1),
          EAP_TYPE.TTLS,
          Buffer.concat([Buffer.of(0), hello]),
        )
        const flight = await ask(socket, device, said, start.first(ATTRIBUTE.State))
        if (flight.code === CODE['Access-Challenge'] && flight.eap().length > 500) reached += 1
      }
    } finally {
      socket.close()
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, line))
  return reached
}

async function ask(socket: Socket, device: number, eap: Buffer, state?: Buffer): Promise<Reply> {
  const station = `02-00-5E-${(device + 0x100_0000).toString(16).slice(1).toUpperCase()}`.replace(
    /(..)(..)(..)$/,
    '$1-$2-$3',
  )
  const request = randomRequest({
    code: CODE['Access-Request'],
    identifier: device & 0xff,
    attributes: [
      [ATTRIBUTE['User-Name'], 'anonymous'],
      [ATTRIBUTE['Calling-Station-Id'], station],
      ...eapAttributes(eap),
      ...(state === undefined ? [] : [[ATTRIBUTE.State, state] as const]),
    ],
  })
  const again = setInterval(() => socket.send(request), AGAIN_MS)
  try {
    for (socket.send(request); ;) {
      const [bytes] = (await once(socket, 'message')) as [Buffer]
      // What was sent again is answered again: that reply is to the request before.
      if (bytes[1] === request[1] && isOf(bytes, request)) return readReply(bytes, request)
    }
  } finally {
    clearInterval(again)
  }
}

function isOf(bytes: Buffer, request: Buffer): boolean {
  try {
    readReply(bytes, request)
    return true
  } catch {
    return false
  }
}

/** The first flight of a device, the same for all: nobody goes on with it. */
async function clientHello(): Promise<Buffer> {
  const written = Promise.withResolvers<Buffer>()
  const wire = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      written.resolve(chunk)
      done()
    },
  })
  const socket = connect({ socket: wire, servername: 'wifi.example.org', ecdhCurve: 'X25519' })
  socket.on('error', () => undefined)
  const hello = await written.promise
  socket.destroy()
  return hello
}

async function conversations({
  ports,
}: Product): Promise<{ readonly kept: number; readonly evicted: number }> {
  const text = await (await fetch(`http://127.0.0.1:${ports.metrics}/metrics`)).text()
  const of = (name: string): number =>
    Number(new RegExp(`^accueil_radius_eap_${name} (\\d+)`, 'm').exec(text)?.[1] ?? NaN)
  return { kept: of('conversations'), evicted: of('evicted') }
}

function mib(bytes: number): number {
  return Math.round(bytes / 1024 / 1024)
}
