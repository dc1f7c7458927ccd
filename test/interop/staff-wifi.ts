import assert from 'node:assert/strict'
import { join } from 'node:path'
import { makeDevicePki } from '../support/peers/device-pki.ts'
import type { DeviceKey, DevicePki } from '../support/peers/device-pki.ts'
import { eapolRun } from '../support/peers/eapol-test.ts'
import type { EapolTest } from '../support/peers/eapol-test.ts'
import { eventually } from '../support/peers/process.ts'
import { radclient } from '../support/peers/radclient.ts'
import { startRelay } from '../support/peers/radius-relay.ts'
import type { RadiusRelay } from '../support/peers/radius-relay.ts'
import { acceptedOf } from './enrolling.ts'
import type { Scenario } from './scenario.ts'

type Tls = '1.2' | '1.3'
const VERSIONS = ['1.2', '1.3'] as const

/** What wpa_supplicant calls each method, and what it is in our metrics. */
const METHODS = [
  { name: 'EAP-TTLS/PAP', eap: 'TTLS', phase2: 'auth=PAP' },
  { name: 'EAP-TTLS/MSCHAPv2', eap: 'TTLS', phase2: 'auth=MSCHAPV2' },
  { name: 'EAP-TTLS/EAP-GTC', eap: 'TTLS', phase2: 'autheap=GTC' },
  { name: 'EAP-TTLS/EAP-MSCHAPv2', eap: 'TTLS', phase2: 'autheap=MSCHAPV2' },
  { name: 'PEAP/MSCHAPv2', eap: 'PEAP', phase2: 'auth=MSCHAPV2' },
  { name: 'PEAP/GTC', eap: 'PEAP', phase2: 'auth=GTC' },
  { name: 'EAP-TLS', eap: 'TLS', phase2: null },
] as const
type Method = (typeof METHODS)[number]

/** Two cores: more at once would only wait for each other. */
const AT_ONCE = 4

interface Login {
  readonly method: Method
  readonly tls: Tls
  readonly identity: string
  readonly password?: string
  readonly device?: DeviceKey
  readonly caFile?: string
  readonly ticket?: boolean
  readonly fragment?: number
  readonly framedMtu?: number
  readonly again?: number
  readonly port?: number
}

interface Case {
  readonly sentence: string
  readonly body: () => Promise<void>
}

/** Every way to log in × TLS 1.2 and 1.3 × what can become of it, with wpa_supplicant's EAP peer. */
export async function staffWifi({ product, folder, test }: Scenario): Promise<void> {
  const [ours, foreign] = await Promise.all([
    makeDevicePki(folder, 'devices'),
    makeDevicePki(folder, 'foreign'),
  ])
  const serverCa = join(product.dataDir, 'eap-ca.pem')
  const bobs = await ours.issue('bob', 0x1001)
  let station = 0

  async function logIn(o: Login): Promise<EapolTest> {
    station += 1
    const { method, tls, device = bobs } = o
    const phase1 = [
      `tls_disable_tlsv1_3=${tls === '1.2' ? 1 : 0}`,
      ...(o.ticket === true ? ['tls_disable_session_ticket=0'] : []),
    ]
    return eapolRun({
      folder,
      port: o.port ?? product.ports.radius,
      secret: 'testing123',
      again: o.again ?? 0,
      // Of one device only one conversation is kept, so each run is a device of its own.
      arguments: [
        ...['-M', `02:00:5e:20:${hex(station >> 8)}:${hex(station & 0xff)}`],
        ...(o.framedMtu === undefined ? [] : ['-N', `12:d:${o.framedMtu}`]),
      ],
      network: [
        `eap=${method.eap}`,
        `identity="${o.identity}"`,
        `ca_cert="${o.caFile ?? serverCa}"`,
        `phase1="${phase1.join(' ')}"`,
        ...(o.fragment === undefined ? [] : [`fragment_size=${o.fragment}`]),
        ...(method.phase2 === null
          ? [`client_cert="${device.certificate}"`, `private_key="${device.key}"`]
          : [
              'anonymous_identity="anonymous"',
              `password="${o.password ?? 'hello'}"`,
              `phase2="${method.phase2}"`,
            ]),
      ],
    })
  }

  /** All are run, a few at a time; each is a sentence of its own. */
  async function runAll(cases: readonly Case[]): Promise<void> {
    const waiting = [...cases]
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        await test(next.sentence, next.body)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
  }

  const people = everyCombination().map(({ method, tls }) => nameOf('leaver', method, tls))
  const changers = everyCombination().map(({ method, tls }) => nameOf('changer', method, tls))
  await test('the accounts and the CA of the devices are declared', async () => {
    const file = folder.write(
      'staff-wifi.yaml',
      declaration(ours, [...people, ...changers], [], 'hello'),
    )
    const applied = await product.command('apply', file)
    assert.equal(applied.code, 0, applied.stdout + applied.stderr)
  })
  await runAll(everyCombination().flatMap((one) => plainCases(one, { logIn, foreign, ours })))
  await between({ product, folder, test, logIn, ours, people, changers })
  await afterRestart({ product, test, logIn })
  const restore = join(import.meta.dirname, 'fixture/house.yaml')
  await test('the declaration of the other scenarios is restored', async () => {
    const none = folder.write('no-device-ca.yaml', 'version: 1\ndevice_ca: []\n')
    const applied = await product.command('apply', restore, none)
    assert.equal(applied.code, 0, applied.stdout + applied.stderr)
  })
}

interface Combination {
  readonly method: Method
  readonly tls: Tls
}

function everyCombination(): readonly Combination[] {
  return METHODS.flatMap((method) => VERSIONS.map((tls) => ({ method, tls })))
}

function plainCases(
  { method, tls }: Combination,
  o: {
    readonly logIn: (login: Login) => Promise<EapolTest>
    readonly foreign: DevicePki
    readonly ours: DevicePki
  },
): readonly Case[] {
  const bob = { method, tls, identity: 'bob' }
  const of = (what: string, body: () => Promise<void>): Case => ({
    sentence: `${method.name}, TLS ${tls}: ${what}`,
    body,
  })
  const isTls = method.eap === 'TLS'
  const cases = [
    of('lets bob in, who is anonymous outside, with the same keys at both ends', async () => {
      const done = await o.logIn(bob)
      letIn(done, 1)
      assert.equal(done.tlsVersion, `TLSv${tls}`)
      assert.match(done.output, /Attribute 1 \(User-Name\) length=5\n\s+Value: 'bob'/)
    }),
    of('twice more, on the session of the first time', async () => {
      const done = await o.logIn({ ...bob, again: 2 })
      letIn(done, 3)
      assert.equal(done.resumed, 2, tailOf(done))
    }),
    of('a peer that sends 100 octets at a time, and takes 100', async () => {
      const done = await o.logIn({ ...bob, fragment: 100, framedMtu: 104 })
      letIn(done, 1)
      const sizes = packetSizes(done)
      assert.ok(sizes.length > 8 && sizes.every((size) => size <= 100), sizes.join(' '))
    }),
    of('a peer that sends and takes 1400', async () => {
      letIn(await o.logIn({ ...bob, fragment: 1400, framedMtu: 1404 }), 1)
    }),
    of('a peer that does not trust our CA goes away', async () => {
      const done = await o.logIn({ ...bob, caFile: o.foreign.caFile })
      refused(done, 0)
      assert.match(done.output, /certificate verify failed|unknown CA/i)
    }),
  ]
  if (tls === '1.2') {
    const sentence = 'twice more, by a ticket instead of a session identifier'
    cases.push(
      of(sentence, async () => {
        const done = await o.logIn({ ...bob, again: 2, ticket: true })
        letIn(done, 3)
        assert.equal(done.resumed, 2, tailOf(done))
      }),
    )
  }
  if (isTls) {
    const serial = tls === '1.2' ? 0x2002 : 0x2003
    cases.push(
      of('a device with a certificate of a foreign CA is refused', async () => {
        refused(await o.logIn({ ...bob, device: await o.foreign.issue('bob', serial) }), 0)
      }),
      of('a device whose certificate names nobody is refused', async () => {
        refused(await o.logIn({ ...bob, device: await o.ours.issue('nobody', serial) }), 0)
      }),
    )
  } else {
    cases.push(
      of('a wrong password is refused', async () => {
        const done = await o.logIn({ ...bob, password: 'goodbye' })
        refused(done, 0)
        assert.match(done.output, /code=3 \(Access-Reject\)/)
      }),
      of('an unknown name is refused', async () => {
        refused(await o.logIn({ ...bob, identity: 'nobody' }), 0)
      }),
    )
  }
  return cases
}

interface Held {
  readonly sentence: string
  readonly relay: RadiusRelay
  readonly done: Promise<EapolTest>
}

/** One change for all of them, each between its first and its second login. */
async function between(
  o: Pick<Scenario, 'product' | 'folder' | 'test'> & {
    readonly logIn: (login: Login) => Promise<EapolTest>
    readonly ours: DevicePki
    readonly people: readonly string[]
    readonly changers: readonly string[]
  },
): Promise<void> {
  const held: Held[] = []
  const add = async (sentence: string, login: Login): Promise<void> => {
    const relay = await startRelay(o.product.ports.radius)
    const done = o.logIn({ ...login, port: relay.port, again: 1 })
    held.push({ sentence, relay, done })
    await acceptedOf(relay, done)
  }
  const revoked = [0x3002, 0x3003]
  for (const [i, { method, tls }] of everyCombination().entries()) {
    const label = `${method.name}, TLS ${tls}`
    const leaver = nameOf('leaver', method, tls)
    const device = await o.ours.issue(leaver, 0x4000 + i)
    await add(`${label}: who is struck off between two logins is out`, {
      ...{ method, tls, identity: leaver, device },
    })
    if (method.eap === 'TLS') {
      const serial = revoked[tls === '1.2' ? 0 : 1] ?? 0
      await add(`${label}: a certificate that is revoked between two logins is worth nothing`, {
        ...{ method, tls, identity: 'bob', device: await o.ours.issue('bob', serial) },
      })
    } else {
      const identity = nameOf('changer', method, tls)
      await add(`${label}: after another password the old session is worth nothing`, {
        ...{ method, tls, identity },
      })
    }
  }
  const yaml = declaration(o.ours, o.changers, revoked, 'changed')
  const applied = await o.product.command('apply', o.folder.write('staff-wifi.yaml', yaml))
  assert.equal(applied.code, 0, applied.stdout + applied.stderr)
  // Those who have left are out for the server too: all accounts are read at once, and by notification.
  const [leaver = ''] = o.people
  await eventually('the change has come to the server', async () => {
    const { reply } = await radclient({
      ...{ port: o.product.ports.radius, kind: 'auth', secret: 'testing123' },
      attributes: [
        `User-Name = "${leaver}"`,
        'User-Password = "hello"',
        'Message-Authenticator = 0',
      ],
    })
    return reply === 'Access-Reject'
  })
  for (const { sentence, relay, done } of held) {
    relay.release()
    await o.test(sentence, async () => refused(await done, 1))
    await relay[Symbol.asyncDispose]()
  }
}

/** A device that comes back finds another process, which knows its session from the database. */
async function afterRestart(
  o: Pick<Scenario, 'product' | 'test'> & {
    readonly logIn: (login: Login) => Promise<EapolTest>
  },
): Promise<void> {
  const held: Held[] = []
  for (const { method, tls } of everyCombination()) {
    const relay = await startRelay(o.product.ports.radius)
    const login = { method, tls, identity: 'bob', port: relay.port, again: 1 }
    const sentence = `${method.name}, TLS ${tls}: a session is resumed by another process`
    const done = o.logIn(login)
    held.push({ sentence, relay, done })
    await acceptedOf(relay, done)
  }
  await o.product.stop()
  await o.product.start()
  for (const { sentence, relay, done } of held) {
    relay.release()
    await o.test(sentence, async () => {
      const ended = await done
      letIn(ended, 2)
      assert.equal(ended.resumed, 1, tailOf(ended))
    })
    await relay[Symbol.asyncDispose]()
  }
}

function letIn(done: EapolTest, times: number): void {
  const { success, keysMatch } = done
  assert.deepEqual({ success, keysMatch }, { success: true, keysMatch: true }, tailOf(done))
  assert.equal(accepts(done), times, tailOf(done))
}

function refused(done: EapolTest, acceptsBefore: number): void {
  assert.equal(done.success, false, tailOf(done))
  assert.equal(accepts(done), acceptsBefore, tailOf(done))
}

function accepts({ output }: EapolTest): number {
  return [...output.matchAll(/code=2 \(Access-Accept\)/g)].length
}

function packetSizes({ output }: EapolTest): readonly number[] {
  const packets = output.matchAll(/decapsulated EAP packet \(code=1 id=\d+ len=(\d+)\)/g)
  return Array.from(packets, ([, size]) => Number(size))
}

function tailOf({ output }: EapolTest): string {
  return output.split('\n').slice(-25).join('\n')
}

function nameOf(role: string, { name }: Method, tls: Tls): string {
  return `${role}-${name}-${tls}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
}

function hex(octet: number): string {
  return octet.toString(16).padStart(2, '0')
}

function declaration(
  { caFile }: DevicePki,
  names: readonly string[],
  revoked: readonly number[],
  password: string,
): string {
  const accounts = [
    { username: 'bob', password: 'hello', groups: ['staff'], mschap: true },
    ...names.map((username) => ({ username, password, groups: ['staff'], mschap: true })),
  ]
  const serials = revoked.map((serial) => serial.toString(16))
  const ca = { name: 'laptops', file: caFile, name_from: 'cn', revoked: serials }
  // JSON is YAML.
  return JSON.stringify({ version: 1, accounts, device_ca: [ca] })
}
