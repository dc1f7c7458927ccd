import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { once } from 'node:events'
import { createHash } from 'node:crypto'
import type { X509Certificate } from 'node:crypto'
import { connect } from 'node:tls'
import { expect, test, vi } from 'vitest'
import { readConfig } from '#core/config.ts'
import type { Config } from '#core/config.ts'
import { systemClock } from '#core/clock.ts'
import type { Clock } from '#core/clock.ts'
import { silentLog } from '#core/log.ts'
import { chooseUdpLayer } from '#core/udp/udp-layer.ts'
import { createMetrics } from '#core/metrics.ts'
import type { Metrics } from '#core/metrics.ts'
import { recordAcceptance } from '#db/acceptances.ts'
import { openDatabase } from '#db/connection.ts'
import { forgetEnforced, loadPostures } from '#db/gateway-postures.ts'
import { askDisconnect, loadDisconnects } from '#db/disconnects.ts'
import { applyDeclaration } from '#db/declaration/apply.ts'
import { readDeclaration } from '#db/declaration/read.ts'
import { parseMac } from '#core/mac.ts'
import { onePerson, startScriptedServer } from '#core/ldap/testing/scripted-server.ts'
import { openTestDatabase } from '../test/support/database.ts'
import type { TestDatabase } from '../test/support/database.ts'
import { foldJournal } from '../test/support/journal.ts'
import { temporaryFolder } from '../test/support/folder.ts'
import { startSpread } from '../test/support/peers/radius-spread.ts'
import { selfSigned } from '../test/support/gateway-certificate.ts'
import { seedHouse, testSeal } from '../test/support/house.ts'
import { freePort } from '../test/support/peers/free-ports.ts'
import { ACCT_STATUS_TYPE, ATTRIBUTE, CODE } from './dictionary.ts'
import { createRadiusServer } from './main.ts'
import type { RadiusRole } from './main.ts'
import { SIGNED_IN_A_ROW } from './posture/gateway-watch.ts'
import { answer, startDynamicGateway } from './testing/dynamic-gateway.ts'
import type { Asked } from './testing/dynamic-gateway.ts'
import { digestRequest, randomRequest, readReply } from './testing/gateway.ts'
import type { Reply, Sent } from './testing/gateway.ts'
import { logIn } from './testing/peer.ts'
import type { PeerResult } from './testing/peer.ts'
import type { TestServer } from './testing/server.ts'
import { connectGateway } from './testing/radsec-gateway.ts'
import { soon } from '../test/support/soon.ts'

const MAC = parseMac('02-00-00-00-00-01')

async function configOf(
  dataDir: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Config> {
  const read = readConfig({
    ...more,
    ACCUEIL_DATA_DIR: dataDir,
    ACCUEIL_RADIUS_LISTEN: `127.0.0.1:${await freePort()}`,
    ACCUEIL_RADIUS_ACCT_LISTEN: `127.0.0.1:${await freePort()}`,
    ACCUEIL_RADSEC_LISTEN: `127.0.0.1:${await freePort()}`,
    ACCUEIL_PUBLIC_URL: 'https://wifi.example.org',
  })
  if (!read.ok) throw new Error('the test environment is refused')
  return read.config
}

function createRole(
  config: Config,
  database: TestDatabase,
  metrics: Metrics = createMetrics(),
  clock: Clock = systemClock,
): RadiusRole {
  return createRadiusServer({
    config,
    database: database.as('radius'),
    connect: (options) => openDatabase(database.url, { ...options, role: 'radius' }),
    seal: testSeal,
    log: silentLog,
    metrics,
    clock,
    udp: chooseUdpLayer(null),
  })
}

async function ask(gateway: Socket, port: number, request: Buffer): Promise<Reply> {
  const answered = once(gateway, 'message')
  gateway.send(request, port, '127.0.0.1')
  const [bytes] = (await answered) as [Buffer]
  return readReply(bytes, request)
}

function accounting(status: number, identifier: number, ...more: Sent[]): Buffer {
  return digestRequest({
    code: CODE['Accounting-Request'],
    identifier,
    attributes: [
      [ATTRIBUTE['Acct-Status-Type'], status],
      [ATTRIBUTE['Acct-Session-Id'], 'session-1'],
      [ATTRIBUTE['User-Name'], 'bob'],
      [ATTRIBUTE['Calling-Station-Id'], '02-00-00-00-00-01'],
      [ATTRIBUTE['Framed-IP-Address'], Buffer.from([192, 168, 78, 9])],
      ...more,
    ],
  })
}

test('on a real database: logins, a grant, and a session from Start to Stop', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database, testSeal)
  using folder = temporaryFolder()
  const config = await configOf(folder.path)
  const metrics = createMetrics()
  const role = createRole(config, database, metrics)
  expect(role.ready()).not.toBeNull()
  await role.start()
  const gateway = createSocket('udp4')
  try {
    expect(role.ready()).toBeNull()
    expect(role.caPem()).toContain('BEGIN CERTIFICATE')

    const pap = await ask(
      gateway,
      config.radius.port,
      randomRequest({
        code: CODE['Access-Request'],
        attributes: [
          [ATTRIBUTE['User-Name'], 'bob'],
          [ATTRIBUTE['User-Password'], 'hello'],
        ],
      }),
    )
    expect(pap.code).toBe(CODE['Access-Accept'])

    let identifier = 1
    const byMac = async (): Promise<number> => {
      identifier += 1
      const attributes: Sent[] = [
        [ATTRIBUTE['User-Name'], '020000000001'],
        [ATTRIBUTE['User-Password'], '020000000001'],
      ]
      const request = randomRequest({ code: CODE['Access-Request'], identifier, attributes })
      return (await ask(gateway, config.radius.port, request)).code
    }
    // A database that is late makes a reject as well, which says nothing of grants.
    await soon(async () => {
      expect(await byMac()).toBe(CODE['Access-Reject'])
      expect(await metrics.text()).toMatch(/^accueil_radius_rejects_total\{reason="no-grant"\} 1$/m)
    })
    if (MAC === null) throw new Error('no address')
    await recordAcceptance(database, {
      mac: MAC,
      ip: null,
      publicSource: null,
      gateway: 'gw-0042',
      site: '75-0042',
      network: 'guest',
      termsVersion: '2026-01',
      language: 'fr',
      textSha256: '0'.repeat(64),
      method: 'generic',
      grantSeconds: 3600,
      at: new Date(),
    })
    // At once: the device comes back in the same second, before any notification needs to arrive. It asks again only
    // where the database was late.
    const late = async (): Promise<number> =>
      Number(/reason="grants-unavailable"\} (\d+)/.exec(await metrics.text())?.[1])
    let lateBefore = await late()
    let code = await byMac()
    for (let now = await late(); now > lateBefore; now = await late()) {
      lateBefore = now
      code = await byMac()
    }
    expect(code).toBe(CODE['Access-Accept'])

    for (const [i, status] of [
      ACCT_STATUS_TYPE.Start,
      ACCT_STATUS_TYPE['Interim-Update'],
      ACCT_STATUS_TYPE.Stop,
    ].entries()) {
      const reply = await ask(
        gateway,
        config.radiusAcct.port,
        accounting(status, i, [ATTRIBUTE['Acct-Session-Time'], i * 10]),
      )
      expect(reply.code).toBe(CODE['Accounting-Response'])
    }
    // What a gateway makes up must not stop the log: the longest session, the largest counters.
    const absurd: Sent[] = [
      [ATTRIBUTE['Acct-Session-Id'], Buffer.from('ff00fe', 'hex')],
      [ATTRIBUTE['User-Name'], Buffer.from('e9ff', 'hex')],
      [ATTRIBUTE['Acct-Session-Time'], 0xffffffff],
      [ATTRIBUTE['Acct-Input-Octets'], 0xffffffff],
      [ATTRIBUTE['Acct-Input-Gigawords'], 0xffffffff],
      [ATTRIBUTE['Acct-Delay-Time'], 0xffffffff],
      [ATTRIBUTE['Event-Timestamp'], 0xffffffff],
    ]
    const request = digestRequest({
      code: CODE['Accounting-Request'],
      identifier: 99,
      attributes: [[ATTRIBUTE['Acct-Status-Type'], ACCT_STATUS_TYPE.Stop], ...absurd],
    })
    const taken = await ask(gateway, config.radiusAcct.port, request)
    expect(taken.code).toBe(CODE['Accounting-Response'])

    const jobs = database.as('jobs')
    await soon(async () => {
      await foldJournal(jobs)
      const rows = await database.sql`
        select site, gateway, network, mac::text, account, host(ipv4) as ipv4,
               stopped_at is not null as closed
        from log.connection where account = 'bob'`
      expect([...rows]).toEqual([
        {
          site: '75-0042',
          gateway: 'gw-0042',
          network: 'staff',
          mac: '02:00:00:00:00:01',
          account: 'bob',
          ipv4: '192.168.78.9',
          closed: true,
        },
      ])
    })
  } finally {
    gateway.close()
    await role.stop()
  }
  const logins = await database.sql`
    select account, outcome, reason, method, count from log.login
    where reason is distinct from 'grants-unavailable' order by first_at, id`
  expect(logins).toEqual([
    { account: 'bob', outcome: 'accept', reason: null, method: 'pap', count: 1 },
    { account: null, outcome: 'reject', reason: 'no-grant', method: 'mac', count: 1 },
    { account: null, outcome: 'accept', reason: null, method: 'mac', count: 1 },
  ])
  expect(role.ready()).not.toBeNull()
})

test('on a real database: a policy counts for the next login, and its end too', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database, testSeal)
  using folder = temporaryFolder()
  const config = await configOf(folder.path)
  const role = createRole(config, database)
  await role.start()
  const gateway = createSocket('udp4')
  let identifier = 0
  const vlan = async (): Promise<string | undefined> => {
    identifier += 1
    const attributes: Sent[] = [
      [ATTRIBUTE['User-Name'], 'bob'],
      [ATTRIBUTE['User-Password'], 'hello'],
    ]
    const request = randomRequest({ code: CODE['Access-Request'], identifier, attributes })
    return (await ask(gateway, config.radius.port, request)).text(
      ATTRIBUTE['Tunnel-Private-Group-Id'],
    )
  }
  const declare = async (policies: string): Promise<void> => {
    using files = temporaryFolder({ 'policies.yaml': `version: 1\npolicies: ${policies}\n` })
    const read = readDeclaration([files.file('policies.yaml')])
    if (!read.ok) throw new Error(read.problems.join('\n'))
    await applyDeclaration(database, testSeal, read.declaration, {
      ...{ dryRun: false, actor: 'test', now: Date.now() },
    })
  }
  try {
    expect(await vlan()).toBe('20')
    await declare('[{ name: volunteers, when: { groups: staff }, give: { vlan: 30 } }]')
    await soon(async () => expect(await vlan()).toBe('30'))
    await declare('[]')
    await soon(async () => expect(await vlan()).toBe('20'))
  } finally {
    gateway.close()
    await role.stop()
  }
})

test('on a real database: two machines of the fleet show one certificate', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database, testSeal)
  using folder = temporaryFolder()
  const createOne = async (): Promise<RadiusRole> =>
    createRole(await configOf(folder.path), database)
  const roles = [await createOne(), await createOne()]
  await Promise.all(roles.map((role) => role.start()))
  expect(roles[0]?.caPem()).toBe(roles[1]?.caPem())
  const names = await database.sql`select name from staff.certificate order by name`
  expect(names.map((row) => String(row['name']).replace(/\d+$/, 'N'))).toEqual([
    'radius-server wifi.example.org N',
  ])
  const authorities = await database.sql`select generation from staff.authority`
  expect(authorities).toMatchObject([{ generation: 1 }])
  await Promise.all(roles.map((role) => role.stop()))
})

test('a clock that is set past the end of the certificate has a new one shown within seconds, and the old one again', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database, testSeal)
  using folder = temporaryFolder()
  const config = await configOf(folder.path)
  let aheadMs = 0
  const role = createRole(config, database, undefined, () => Date.now() + aheadMs)
  await role.start()
  const shown = async (): Promise<X509Certificate> => {
    const socket = connect({
      host: '127.0.0.1',
      port: config.radsec.port,
      rejectUnauthorized: false,
    })
    // It asks for a certificate of ours, which we do not have.
    socket.on('error', () => {})
    await once(socket, 'secureConnect')
    const certificate = socket.getPeerX509Certificate()
    socket.destroy()
    if (certificate === undefined) throw new Error('nothing is shown')
    return certificate
  }
  const yearOf = (at: number): number => at - (at % (365 * 86_400_000))
  try {
    const first = await shown()
    aheadMs = 1_000 * 86_400_000
    await soon(async () => {
      const next = await shown()
      expect(next.validToDate.getTime()).toBeGreaterThan(Date.now() + aheadMs)
      // In the year that it is for it counts from the first day on.
      expect(next.validFromDate.getTime()).toBeLessThan(yearOf(Date.now() + aheadMs))
    })
    aheadMs = 0
    await soon(async () => expect((await shown()).fingerprint256).toBe(first.fingerprint256))
  } finally {
    await role.stop()
  }
})

test('staff of the directory in the environment come in, and of one that is declared meanwhile', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database, testSeal)
  await using first = await startScriptedServer(onePerson({ uid: 'alice', password: 'one' }))
  await using second = await startScriptedServer(onePerson({ uid: 'carol', password: 'two' }))
  using folder = temporaryFolder()
  const config = await configOf(folder.path, {
    LDAP_URL: first.url,
    LDAP_BIND_DN: 'cn=service',
    LDAP_BIND_PASSWORD: 'service',
    LDAP_BASE_DN: 'dc=test',
  })
  const role = createRole(config, database)
  await role.start()
  const gateway = createSocket('udp4')
  let identifier = 0
  const login = async (name: string, password: string): Promise<number> => {
    identifier += 1
    const attributes: Sent[] = [
      [ATTRIBUTE['User-Name'], name],
      [ATTRIBUTE['User-Password'], password],
    ]
    const request = randomRequest({ code: CODE['Access-Request'], identifier, attributes })
    return (await ask(gateway, config.radius.port, request)).code
  }
  try {
    expect(await login('alice', 'one')).toBe(CODE['Access-Accept'])
    expect(await login('alice@test', 'wrong')).toBe(CODE['Access-Reject'])
    expect(await login('bob', 'hello')).toBe(CODE['Access-Accept'])
    expect(await login('carol@paris.test', 'two')).toBe(CODE['Access-Reject'])
    await database.kysely
      .insertInto('staff.directory')
      .values({
        ...{ name: 'paris', urls: [second.url], start_tls: false, ca_pem: null, kind: null },
        ...{ base_dn: 'dc=test', bind_dn: 'cn=service', realms: ['paris.test'] },
        bind_password: testSeal.seal('service', 'directory:paris'),
        ...{ user_filter: null, groups_base_dn: null, groups_from: 'members' },
        ...{ groups_nested: true, last_good_seconds: 0, nt_hash_attribute: null },
      })
      .execute()
    await vi.waitUntil(
      async () => (await login('carol@paris.test', 'two')) === CODE['Access-Accept'],
      { timeout: 20_000 },
    )
  } finally {
    gateway.close()
    await role.stop()
  }
})

test('on a real database: what one machine let in another resumes, until the account is gone', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database, testSeal)
  using folder = temporaryFolder()
  const kinds = { ACCUEIL_RADIUS_CERTIFICATES: 'p256,rsa' }
  const configs = [await configOf(folder.path, kinds), await configOf(folder.path, kinds)] as const
  const roles = configs.map((config) => createRole(config, database))
  await Promise.all(roles.map((role) => role.start()))
  const gateway = createSocket('udp4')
  try {
    const caPem = roles[0]?.caPem() ?? ''
    expect(caPem.match(/BEGIN CERTIFICATE/g)).toHaveLength(2)
    const logInAt = (config: Config, session?: Buffer): Promise<PeerResult> =>
      logIn(serverAt(gateway, config.radius.port), {
        ...{ version: 'TLSv1.3', caPem, waits: true, password: session ? 'forgotten' : 'hello' },
        ...(session && { session }),
      })
    const session = (await logInAt(configs[0])).sessions.at(-1)
    // The row is written after the answer.
    await soon(async () => {
      expect(await database.sql`select 1 from staff.eap_session`).toHaveLength(1)
    })
    // A database that is late makes it a full handshake, without the password.
    await soon(async () => {
      const second = await logInAt(configs[1], session)
      expect([second.isResumed, second.reply?.code]).toEqual([true, CODE['Access-Accept']])
    })

    await database.sql`delete from staff.account`
    await soon(async () => {
      const third = await logInAt(configs[1], session)
      expect([third.isResumed, third.reply?.code]).toEqual([false, CODE['Access-Reject']])
    })
  } finally {
    gateway.close()
    await Promise.all(roles.map((role) => role.stop()))
  }
})

test('on a real database: a session is ended by its gateway, over UDP and over RadSec', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database, testSeal)
  const pinned = await selfSigned('gw-nat')
  await using byUdp = await startDynamicGateway(
    ({ texts }) => (texts.has(String(ATTRIBUTE['Acct-Session-Id'])) ? true : 402),
    'testing123',
  )
  await database.sql`
    update house.gateway set coa_port = ${byUdp.port}`
  await database.sql`
    insert into house.gateway (name, site, secret, kind, radsec_certificate, coa_port)
    values ('gw-nat', '75-0042', ${testSeal.seal('unused', 'gateway:gw-nat')}, 'generic',
            ${pinned.sha256}, 3799)`
  using folder = temporaryFolder()
  const config = await configOf(folder.path)
  const role = createRole(config, database)
  await role.start()
  const gateway = createSocket('udp4')
  try {
    await using behindNat = await connectGateway(config.radsec.port, {
      ca: role.caPem() ?? '',
      certificate: pinned,
    })
    const start = accounting(ACCT_STATUS_TYPE.Start, 1)
    await ask(gateway, config.radiusAcct.port, start)
    const overTls = accounting(ACCT_STATUS_TYPE.Start, 1, [ATTRIBUTE['NAS-Identifier'], 'ap'])
    behindNat.send(signedAgain(overTls, 'radsec'))
    expect((await behindNat.next())[0]).toBe(CODE['Accounting-Response'])
    await untilInLog(database, 2)

    const asking = await askDisconnect(database.as('operator'), {
      mac: MAC,
      account: null,
      site: null,
      actor: 'ana',
      reason: 'the account is disabled',
    })
    const request = await behindNat.next()
    const asked: Asked[] = []
    behindNat.send(answer(request, () => true, 'radsec', asked) ?? Buffer.alloc(0))
    await soon(async () => {
      expect(await loadDisconnects(database.as('operator'), asking)).toMatchObject([
        { gateway: 'gw-0042', outcome: 'disconnected', form: 'session' },
        { gateway: 'gw-nat', outcome: 'disconnected', form: 'station' },
      ])
    })
    expect(asked[0]?.texts.get('32')).toBe('ap')
    // Without what is sent again, octet for octet, to one that is slow to answer.
    const distinct = new Map(byUdp.asked.map((one) => [one.bytes.toString('latin1'), one]))
    const sessions = [...distinct.values()].map(({ texts }) => texts.get('44'))
    expect(sessions).toEqual([undefined, 'session-1'])
  } finally {
    gateway.close()
    await role.stop()
  }
})

test('on a real database: of two machines the one with the connection sends', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database, testSeal)
  const pinned = await selfSigned('gw-0042')
  // It could be reached by address as well, where nobody would answer.
  await database.sql`
    update house.gateway
    set radsec_certificate = ${pinned.sha256}, coa_port = 9`
  // However slow the machine, the one without the connection still waits for the one that has it.
  await database.sql`
    alter table house.disconnect alter asked_at set default now() + interval '1 minute'`
  using folder = temporaryFolder()
  const configs = [await configOf(folder.path), await configOf(folder.path)]
  const roles = configs.map((config) => createRole(config, database))
  await Promise.all(roles.map((role) => role.start()))
  try {
    const [, second] = configs
    await using gateway = await connectGateway(second?.radsec.port ?? 0, {
      ca: roles[0]?.caPem() ?? '',
      certificate: pinned,
    })
    gateway.send(signedAgain(accounting(ACCT_STATUS_TYPE.Start, 1), 'radsec'))
    await gateway.next()
    await untilInLog(database, 1)
    const asking = await askDisconnect(database.as('operator'), {
      mac: null,
      account: 'bob',
      site: '75-0042',
      actor: 'ana',
      reason: 'a test',
    })
    gateway.send(answer(await gateway.next(), () => true, 'radsec', []) ?? Buffer.alloc(0))
    await soon(async () => {
      expect(await loadDisconnects(database.as('operator'), asking)).toMatchObject([
        { outcome: 'disconnected' },
      ])
    })
  } finally {
    await Promise.all(roles.map((role) => role.stop()))
  }
})

test('on a real database: a gateway that one machine learned to sign must sign at another, after a crash too', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database, testSeal)
  await database.sql`update house.gateway set message_authenticator = 'auto'`
  using folder = temporaryFolder()
  const configs = [await configOf(folder.path), await configOf(folder.path)] as const
  const roles = configs.map((config) => createRole(config, database))
  await Promise.all(roles.map((role) => role.start()))
  const gateway = createSocket('udp4')
  let identifier = 0
  const bob = (sign: 'right' | 'none'): Buffer => {
    identifier = (identifier + 1) & 0xff
    return randomRequest({
      ...{ code: CODE['Access-Request'], identifier, sign },
      attributes: [
        [ATTRIBUTE['User-Name'], 'bob'],
        [ATTRIBUTE['User-Password'], 'hello'],
      ],
    })
  }
  /** Whether one without a signature is answered: a signed one after it is, in any case. */
  const mayOmit = async ({ radius }: Config): Promise<boolean> => {
    const [unsigned, signed] = [bob('none'), bob('right')]
    gateway.send(unsigned, radius.port, '127.0.0.1')
    const answered = once(gateway, 'message')
    gateway.send(signed, radius.port, '127.0.0.1')
    const [first] = (await answered) as [Buffer]
    if (first[1] === unsigned[1]) await once(gateway, 'message')
    return first[1] === unsigned[1]
  }
  try {
    // With the password in memory both answers come in the order of the questions.
    for (const { radius } of configs) await ask(gateway, radius.port, bob('right'))
    expect(await mayOmit(configs[0])).toBe(true)
    expect(await mayOmit(configs[1])).toBe(true)
    for (let i = 0; i < SIGNED_IN_A_ROW; i += 1) {
      await ask(gateway, configs[0].radius.port, bob('right'))
    }
    expect(await mayOmit(configs[0])).toBe(false)
    await soon(async () => expect(await mayOmit(configs[1])).toBe(false))
    // Written when it was learned, not when the process ends: one that starts now knows it.
    const config = await configOf(folder.path)
    const later = createRole(config, database)
    roles.push(later)
    await later.start()
    await ask(gateway, config.radius.port, bob('right'))
    expect(await mayOmit(config)).toBe(false)

    const by = { actor: 'ana', reason: 'an older firmware' }
    expect(await forgetEnforced(database.as('operator'), 'gw-0042', by)).toBe(true)
    await soon(async () => expect(await mayOmit(configs[1])).toBe(true))
  } finally {
    gateway.close()
    await Promise.all(roles.map((role) => role.stop()))
  }
  const [row] = await loadPostures(database)
  expect(row?.seen?.requests).toBeGreaterThan(SIGNED_IN_A_ROW)
  expect(row?.seen?.refused).toBeGreaterThan(0)
})

function serverAt(gateway: Socket, port: number): Pick<TestServer, 'send'> {
  return {
    async send(_, request) {
      const answered = once(gateway, 'message')
      gateway.send(request, port, '127.0.0.1')
      const [bytes] = (await answered) as [Buffer]
      return bytes
    },
  }
}

/** What was late at the journal comes by the spool. */
async function untilInLog(database: TestDatabase, sessions: number): Promise<void> {
  await soon(async () => {
    await foldJournal(database)
    expect(await database.sql`select from log.session`).toHaveLength(sessions)
  })
}

/** The same Accounting-Request under another secret. */
function signedAgain(request: Buffer, secret: string): Buffer {
  const signed = Buffer.from(request).fill(0, 4, 20)
  createHash('md5').update(signed).update(secret).digest().copy(signed, 4)
  return signed
}

test('of two on one port the one that stops ends the login that it has, and the other takes over', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database, testSeal)
  using folder = temporaryFolder()
  const config = await configOf(folder.path)
  const processes = [createMetrics(), createMetrics()].map((metrics) => ({
    metrics,
    role: createRole(config, database, metrics),
  }))
  for (const { role } of processes) await role.start()
  await using spread = await startSpread(config.radius.port)
  const gateway = createSocket('udp4')
  const server = serverAt(gateway, spread.port)
  const caPem = processes[0]?.role.caPem() ?? ''
  const stops: Promise<void>[] = []
  const peer = { version: 'TLSv1.3', caPem, waits: true, framedMtu: 250, fragment: 120 } as const
  const { reply } = await logIn(server, {
    ...peer,
    async beforeRound(round) {
      if (round !== 4) return
      for (const { metrics, role } of processes) {
        const text = await metrics.text()
        if (!/^accueil_radius_eap_conversations 1$/m.test(text)) continue
        stops.push(role.stop())
        // Its port goes at once, and with it what would still have come there.
        await soon(() => expect(role.ready()).toBe('the ports are not open'))
      }
    },
  })
  expect(stops).toHaveLength(1)
  expect(reply?.code).toBe(CODE['Access-Accept'])
  await Promise.all(stops)
  expect((await logIn(server, peer)).reply?.code).toBe(CODE['Access-Accept'])
  for (const { role } of processes) await role.stop()
  gateway.close()
})
