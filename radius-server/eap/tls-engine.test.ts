import { createSign, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { connect } from 'node:tls'
import { array, assert, integer, property } from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EAP_TYPE } from './eap-packet.ts'
import { everyEapLayer } from '../testing/eap-layers.ts'
import { makeCertificateAuthority, makeServerCertificate } from '../testing/certificates.ts'
import { STEP, chooseEapLayer, loadTlsEngine } from './tls-engine.ts'
import type { NativeContext, NativeTunnel, TlsEngine } from './tls-engine.ts'
import { createTunnelContexts } from './tunnel-contexts.ts'
import { SESSION_LIFE_SECONDS, TUNNEL_SETTINGS } from './tunnel-settings.ts'

const KEYS = new Uint8Array(48)
const NOTHING = new Uint8Array(0)
const engine = everyEapLayer().find(({ name }) => name === 'native')?.engine ?? null

/** What a device says first. */
async function clientHello(version: 'TLSv1.2' | 'TLSv1.3'): Promise<Uint8Array> {
  const written: Buffer[] = []
  const wire = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk)
      done()
    },
  })
  const socket = connect({ socket: wire, minVersion: version, maxVersion: version })
  socket.on('error', () => {})
  await turn()
  await turn()
  socket.destroy()
  return Buffer.concat(written)
}

describe.runIf(engine !== null)('the native TLS engine', () => {
  const native = engine as TlsEngine
  let credentials: { chainPem: string; keyPem: string }
  let context: NativeContext

  beforeAll(async () => {
    const ca = await makeCertificateAuthority(Date.now())
    credentials = await makeServerCertificate(ca, 'wifi.example.org', Date.now())
    context = createContext()
  })

  function createContext(
    changes: Partial<Record<'chain' | 'key' | 'root' | 'ciphers', string>> = {},
  ): NativeContext {
    return native.createContext(
      [changes.chain ?? credentials.chainPem],
      [changes.key ?? credentials.keyPem],
      changes.root === undefined ? [] : [changes.root],
      changes.ciphers ?? TUNNEL_SETTINGS.ciphers,
      TUNNEL_SETTINGS.suites,
      TUNNEL_SETTINGS.groups,
      TUNNEL_SETTINGS.sessionContext,
      SESSION_LIFE_SECONDS,
    )
  }

  const open = (): NativeTunnel => native.open(context, KEYS, NOTHING, false)

  test('answers a ClientHello with its flight, in one call', async () => {
    const tunnel = open()
    const [flags, output, plain] = native.feed(tunnel, await clientHello('TLSv1.3'))
    expect(flags).toBe(STEP.tls13)
    expect(output?.length).toBeGreaterThan(500)
    expect(plain).toBeUndefined()
    native.close(tunnel)
  })

  test('says what is wrong with what it is made of', () => {
    expect(() => createContext({ chain: 'no certificate' })).toThrow(/certificate cannot be used/)
    expect(() => createContext({ key: 'no key' })).toThrow(/private key cannot be used/)
    expect(() => createContext({ ciphers: 'none' })).toThrow(/ciphers cannot be used/)
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    const key = other.export({ type: 'pkcs8', format: 'pem' }).toString()
    expect(() => createContext({ key })).toThrow(/private key cannot be used/)
  })

  test('says no to what is not its own, and goes on', () => {
    const tunnel = open()
    expect(() => native.open(tunnel as never, KEYS, NOTHING, false)).toThrow(TypeError)
    expect(() => native.feed(context as never, NOTHING)).toThrow(TypeError)
    expect(() => native.feed({} as never, NOTHING)).toThrow(TypeError)
    expect(() => native.feed(tunnel, 'text' as never)).toThrow(TypeError)
    expect(() => native.feed(tunnel, new Uint8Array(65_537))).toThrow(/more octets/)
    expect(() => native.open(context, new Uint8Array(47), NOTHING, false)).toThrow(/48 octets/)
    expect(() => native.setTicketKeys(tunnel, new Uint8Array(49))).toThrow(/48 octets/)
    expect(() => native.exportKeyingMaterial(tunnel, 128, 'label', null)).toThrow(/no keys yet/)
    expect(() => native.exportKeyingMaterial(tunnel, 5000, 'label', null)).toThrow(/a length/)
    expect(native.peerCertificate(tunnel)).toBeNull()
    expect(native.session(tunnel)).toBeNull()
    expect(native.feed(tunnel, NOTHING)[0] & STEP.failed).toBe(0)
    native.close(tunnel)
    native.close(tunnel)
    expect(() => native.feed(tunnel, NOTHING)).toThrow(/closed/)
  })

  test('a session that cannot be read is none', async () => {
    const tunnel = native.open(context, KEYS, Uint8Array.of(1, 2, 3), true)
    expect(native.feed(tunnel, await clientHello('TLSv1.2'))[1]?.length).toBeGreaterThan(0)
    native.close(tunnel)
  })

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'whatever is sent instead of a ClientHello by %s fails or waits, and leaves nothing behind',
    async (version) => {
      const hello = await clientHello(version)
      const change = array(
        integer({ min: 0, max: hello.length - 1 }).chain((at) =>
          integer({ min: 0, max: 255 }).map((octet) => ({ at, octet })),
        ),
        { minLength: 1, maxLength: 8 },
      )
      assert(
        property(change, integer({ min: 1, max: hello.length }), (changes, cut) => {
          const bytes = Uint8Array.from(hello)
          for (const { at, octet } of changes) bytes[at] = octet
          const tunnel = open()
          for (let at = 0; at < bytes.length; at += cut) {
            const [flags, , plain] = native.feed(tunnel, bytes.subarray(at, at + cut))
            expect(flags & STEP.secure).toBe(0)
            expect(plain).toBeUndefined()
          }
          native.close(tunnel)
        }),
        { numRuns: 300 },
      )
      // An error that OpenSSL still held would be taken for one of this.
      const sign = createSign('SHA256').update('all is well')
      expect(sign.sign(credentials.keyPem).length).toBeGreaterThan(60)
    },
  )
})

test.each(everyEapLayer())(
  'the $name layer tells what the device said against our certificate',
  async (layer) => {
    const ca = await makeCertificateAuthority(Date.now())
    const credentials = await makeServerCertificate(ca, 'wifi.example.org', Date.now())
    const contexts = createTunnelContexts([credentials], [], layer.engine)
    const tunnel = contexts.open(EAP_TYPE.TTLS, null)
    expect((await tunnel.feed(await clientHello('TLSv1.2'))).failure).toBeNull()
    expect(tunnel.cipher).toBeNull()
    // A fatal alert, 48 (RFC 8446 §6).
    const { failure } = await tunnel.feed(Buffer.from('15030300020230', 'hex'))
    expect(failure).toMatch(/\balert unknown ca\b/)
    tunnel.close()
  },
)

describe('the layer of 802.1X', () => {
  const folder = mkdtempSync(join(tmpdir(), 'accueil-tls-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  test('without the module it is node:tls, and it says why', () => {
    const layer = chooseEapLayer(null, () => loadTlsEngine(join(folder, 'none.node')))
    expect(layer).toMatchObject({ name: 'node', engine: null })
    expect(layer.reason).toContain('npm run build:native')
  })

  test('a file that is no module is no reason to stop', () => {
    const file = join(folder, 'wrong.node')
    writeFileSync(file, 'this is no shared object')
    const layer = chooseEapLayer(null, () => loadTlsEngine(file))
    expect(layer.reason).toContain('cannot be loaded')
  })

  test('who demands the native one is told when it cannot be had', () => {
    const load = () => loadTlsEngine(join(folder, 'none.node'))
    expect(() => chooseEapLayer('native', load)).toThrow(
      /ACCUEIL_EAP_LAYER is native.*build:native/,
    )
    expect(chooseEapLayer('node').name).toBe('node')
  })
})
