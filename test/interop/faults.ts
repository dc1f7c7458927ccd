import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { dig } from '../support/peers/dig.ts'
import { acceptTerms, signedPath } from '../support/peers/guest.ts'
import { eventually, repository, run, start } from '../support/peers/process.ts'
import type { Exit } from '../support/peers/process.ts'
import { createProduct } from '../support/peers/product.ts'
import type { Product } from '../support/peers/product.ts'
import { radclient } from '../support/peers/radclient.ts'
import { postgresUnder } from '../support/peers/run-folder.ts'
import type { Scenario } from './scenario.ts'

const SECRET = 'testing123'
const ENDS_WITHIN_MS = 60_000
const PHONE = '02-00-5E-00-FA-01'

export async function faults(scenario: Scenario): Promise<void> {
  await refusedStarts(scenario)
  await databaseLost(scenario)
  await crashes(scenario)
}

/** What cannot work ends at once with one sentence that names it. */
async function refusedStarts({ upstream, folder, test }: Scenario): Promise<void> {
  const attempt = async (
    env: Readonly<Record<string, string>>,
    options: { readonly dataDir?: string; readonly as?: readonly string[] } = {},
  ): Promise<Ended> => {
    const product = await createProduct(folder, { ...options, upstream, env })
    const command = options.as ?? [process.execPath, join(repository, 'main.ts'), 'start']
    const running = start('refused', command, { folder, env: product.env })
    const patience = setTimeout(() => void running.crash(), ENDS_WITHIN_MS)
    const exit = await running.exited
    clearTimeout(patience)
    for (const pid of postgresUnder(product.dataDir)) process.kill(pid, 'SIGKILL')
    return { ...exit, output: running.output() }
  }
  const refuses = ({ code, output }: Ended, name: RegExp): void => {
    assert.notEqual(code, null, `it did not end within ${ENDS_WITHIN_MS} ms`)
    assert.notEqual(code, 0)
    assert.match(output, name)
    assert.doesNotMatch(output, /^\s+at .+:\d+/m, 'a stack trace is not a sentence')
  }

  for (const [variable, kind] of [
    ['ACCUEIL_HTTP_LISTEN', 'tcp'],
    ['ACCUEIL_METRICS_LISTEN', 'tcp'],
    ['ACCUEIL_RADIUS_LISTEN', 'udp'],
    ['ACCUEIL_RADIUS_ACCT_LISTEN', 'udp'],
    ['ACCUEIL_RADSEC_LISTEN', 'tcp'],
    ['ACCUEIL_DNS_LISTEN', 'udp'],
    ['ACCUEIL_DNS_LISTEN', 'tcp'],
  ] as const) {
    await test(`${variable}: a ${kind} port that is taken is named`, async () => {
      await using taken = kind === 'tcp' ? await takeTcp() : await takeUdp()
      const done = await attempt({ [variable]: `127.0.0.1:${taken.port}` })
      refuses(done, new RegExp(`${taken.port}`))
    })
  }
  await test('a data folder that cannot be made is named', async () => {
    refuses(await attempt({}, { dataDir: '/dev/null/data' }), /\/dev\/null\/data/)
  })
  await test('a data folder without rights is named', async () => {
    const home = folder.fresh('closed')
    await run(['install', '-d', '-m', '755', home])
    const nobody = 'setpriv --reuid nobody --regid nogroup --clear-groups'
    const program = `${nobody} ${process.execPath} /srv/main.ts start`
    const script = `mount --bind ${repository} /srv && exec ${program}`
    const as = ['unshare', '--mount', 'sh', '-c', script]
    refuses(await attempt({}, { dataDir: `${home}/data`, as }), new RegExp(`${home}/data`))
  })
  for (const [name, value] of [
    ['ACCUEIL_RADIUS_LISTEN', 'nonsense'],
    ['ACCUEIL_PUBLIC_URL', 'ftp://x'],
    ['ACCUEIL_DNS_UPSTREAM', 'not an address'],
    ['ACCUEIL_RADIUS_LISTNE', '0.0.0.0:1812'],
  ] as const) {
    await test(`${name}=${value} is refused by its name`, async () => {
      refuses(await attempt({ [name]: value }), new RegExp(name))
    })
  }
  await test('a database that is not there is named', async () => {
    const env = {
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing',
      ACCUEIL_MASTER_KEY: '00'.repeat(32),
    }
    refuses(await attempt(env), /127\.0\.0\.1:1/)
  })
}

/** Its Postgres is killed under it, again and again for a while, and comes back. */
async function databaseLost({ product, test }: Scenario): Promise<void> {
  await test('a phone accepts the terms, for what follows', async () => {
    const mac = PHONE
    const path = signedPath({ gateway: 'gw-0042', secret: SECRET, mac, ip: '10.213.200.60' })
    const answer = await acceptTerms(product.portalUrl, path)
    assert.ok(answer.status < 400, `status ${answer.status}`)
    await eventually('Access-Accept', async () => (await byMac(product)) === 'Access-Accept')
    assert.equal((await dig(product.ports.dns, 'www.example.com')).status, 'NOERROR')
  })
  const before = postgresUnder(product.dataDir)
  await test('the product has one Postgres of its own', () => {
    assert.equal(before.length, 1, JSON.stringify(before))
  })

  let away = true
  const killer = (async () => {
    while (away) {
      for (const pid of postgresUnder(product.dataDir)) process.kill(pid, 'SIGKILL')
      await sleep(20)
    }
  })()
  try {
    await test('without its database the process lives', async () => {
      await sleep(1500)
      assert.ok(product.running().alive())
    })
    await test('without its database a known phone is still let in', async () => {
      assert.equal(await byMac(product), 'Access-Accept')
    })
    await test('without its database names are still answered and still blocked', async () => {
      assert.equal((await dig(product.ports.dns, 'bad.example')).status, 'NXDOMAIN')
      assert.equal((await dig(product.ports.dns, 'alias.example.com')).status, 'NOERROR')
    })
    await test('without its database accounting is acknowledged from the spool', async () => {
      assert.equal(await account(product, 'away', 'Start', 4), 'Accounting-Response')
    })
    await test('without its database /readyz says so, and /healthz that the process lives', async () => {
      assert.equal((await fetch(`${product.portalUrl}/readyz`)).status, 503)
      assert.equal((await fetch(`${product.portalUrl}/healthz`)).status, 200)
    })
  } finally {
    away = false
    await killer
  }
  await test('the database comes back, and the product with it', async () => {
    await product.ready(40_000)
    assert.equal(await account(product, 'back', 'Start', 10), 'Accounting-Response')
    // It may have gone to the spool, as the one before it, until that has been written.
    assert.equal((await rowsOf(product, 'back')).length, 1)
  })
  await test('what was acknowledged without it is in the log', async () => {
    assert.equal((await rowsOf(product, 'away')).length, 1)
  })
  await test('the page can be posted again', async () => {
    const mac = '02-00-5E-00-FA-02'
    const path = signedPath({ gateway: 'gw-0042', secret: SECRET, mac, ip: '10.213.200.61' })
    assert.ok((await acceptTerms(product.portalUrl, path)).status < 400)
  })
}

function rowsOf(product: Product, session: string): Promise<readonly unknown[]> {
  return eventually('the row', async () => {
    const found = await product.searchLogs('--mac', macOf(session))
    return found.length > 0 && found
  })
}

/** What was acknowledged is there after every kind of death. */
async function crashes({ product, test }: Scenario): Promise<void> {
  const deaths: readonly (readonly [string, () => Promise<void>])[] = [
    [
      'kill -9 of the product',
      async () => {
        await product.running().crash()
      },
    ],
    [
      'kill -9 of the product and of its Postgres',
      async () => {
        await product.running().crash()
        for (const pid of postgresUnder(product.dataDir)) process.kill(pid, 'SIGKILL')
      },
    ],
  ]
  for (const [index, [what, die]] of deaths.entries()) {
    const session = `crash${index}`
    await test(`after ${what} it starts again`, async () => {
      assert.equal(await account(product, session, 'Start', 10), 'Accounting-Response')
      await die()
      const began = Date.now()
      await product.start()
      assert.ok(Date.now() - began < 60_000, `${Date.now() - began} ms`)
    })
    await test(`after ${what} what was acknowledged is there`, async () => {
      const rows = await product.searchLogs('--mac', macOf(session))
      assert.equal(rows.length, 1, JSON.stringify(rows))
    })
    await test(`after ${what} the phone needs no new acceptance`, async () => {
      assert.equal(await byMac(product), 'Access-Accept')
    })
  }
}

async function byMac(product: Product): Promise<string | null> {
  const attributes = [
    `User-Name = "${PHONE}"`,
    `User-Password = "${PHONE}"`,
    `Calling-Station-Id = "${PHONE}"`,
    'Message-Authenticator = 0x00',
  ]
  const asked = { port: product.ports.radius, secret: SECRET, attributes, waitSeconds: 2 }
  return (await radclient({ ...asked, kind: 'auth' })).reply
}

async function account(
  product: Product,
  session: string,
  status: string,
  waitSeconds: number,
): Promise<string | null> {
  const attributes = [
    `Acct-Status-Type = ${status}`,
    `Acct-Session-Id = "${session}"`,
    `Calling-Station-Id = "${macOf(session)}"`,
    'NAS-IP-Address = 127.0.0.1',
  ]
  const asked = { port: product.ports.radiusAcct, secret: SECRET, attributes, waitSeconds }
  return (await radclient({ ...asked, kind: 'acct' })).reply
}

function macOf(session: string): string {
  const hex = Buffer.from(session.padEnd(4)).subarray(-4).toString('hex')
  return `02:ff:${hex.match(/../g)?.join(':')}`
}

interface Ended extends Exit {
  readonly output: string
}

type Taken = AsyncDisposable & { readonly port: number }

async function takeTcp(): Promise<Taken> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  return { port, [Symbol.asyncDispose]: async () => void server.close() }
}

async function takeUdp(): Promise<Taken> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return { port: socket.address().port, [Symbol.asyncDispose]: async () => void socket.close() }
}
