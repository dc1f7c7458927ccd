import { createSocket } from 'node:dgram'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CODE } from '../../radius-server/dictionary.ts'
import { logIn } from '../../radius-server/testing/peer.ts'
import type { PeerResult } from '../../radius-server/testing/peer.ts'
import { CONTRACT_FILES, temporaryFolder } from '../support/folder.ts'
import { freePort } from '../support/peers/free-ports.ts'
import { eventually, start } from '../support/peers/process.ts'
import { createProduct } from '../support/peers/product.ts'
import type { Product } from '../support/peers/product.ts'
import { startSpread } from '../support/peers/radius-spread.ts'
import type { RadiusSpread } from '../support/peers/radius-spread.ts'
import { createRunFolder } from '../support/peers/run-folder.ts'

/** The role radius in two processes, and in a third that was started by hand. */
const folder = createRunFolder()
let product: Product
let spread: RadiusSpread

beforeAll(async () => {
  product = await createProduct(folder, {
    upstream: '127.0.0.1:9',
    roles: ['radius'],
    env: { ACCUEIL_RADIUS_PROCESSES: '2', ACCUEIL_PUBLIC_URL: 'https://wifi.example.org' },
  })
  await product.start()
  using files = temporaryFolder(CONTRACT_FILES)
  const applied = await product.command('apply', files.file('house.yaml'))
  if (applied.code !== 0) throw new Error(applied.stdout + applied.stderr)
  spread = await startSpread(product.ports.radius)
  // Each hears of its gateways by itself.
  const known = (): Promise<readonly number[]> => metric('accueil_radius_clients{')
  await eventually(
    'both know the gateways',
    async () => (await known()).filter((count) => count > 0).length === 2,
    60_000,
  )
})

afterAll(async () => {
  await spread[Symbol.asyncDispose]()
  await product[Symbol.asyncDispose]()
  folder.remove()
})

async function logInBob(port = spread.port): Promise<PeerResult> {
  const socket = createSocket('udp4')
  try {
    return await logIn(
      {
        async send(_, request) {
          const answered = Promise.withResolvers<Buffer>()
          // The answer to a copy of an earlier one may come as well.
          const take = (bytes: Buffer): void => {
            if (bytes[1] === request[1]) answered.resolve(bytes)
          }
          socket.on('message', take)
          const ask = (): void => socket.send(request, port, '127.0.0.1')
          ask()
          const again = setInterval(ask, 2_000)
          try {
            return await answered.promise
          } finally {
            clearInterval(again)
            socket.off('message', take)
          }
        },
      },
      {
        version: 'TLSv1.3',
        caPem: readFileSync(join(product.dataDir, 'eap-ca.pem'), 'utf8'),
        waits: true,
        // Many short packets.
        framedMtu: 250,
        fragment: 150,
      },
    )
  } finally {
    socket.close()
  }
}

async function metric(name: string, port = product.ports.metrics): Promise<readonly number[]> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const lines = text.split('\n').filter((line) => line.startsWith(name))
  return lines.map((line) => Number(line.slice(line.lastIndexOf(' '))))
}

function childrenOf(pid: number): readonly number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8')
      .split(' ')
      .filter((text) => text !== '')
      .map(Number),
  )
}

const isRadius = (pid: number): boolean =>
  readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('radius-process')

test('a login whose packets come to both goes through, and the metrics are of both', async () => {
  const { reply, keys, mppe } = await logInBob()
  expect(reply?.code).toBe(CODE['Access-Accept'])
  expect(mppe?.recv).toEqual(keys?.subarray(0, 32))
  const handed = await metric('accueil_radius_handed_over_total{process="1",outcome="answered"}')
  const also = await metric('accueil_radius_handed_over_total{process="2",outcome="answered"}')
  expect((handed[0] ?? 0) + (also[0] ?? 0)).toBeGreaterThan(0)
  const requests = (): Promise<readonly number[]> =>
    metric('accueil_radius_requests_total{process=')
  expect((await requests()).filter((count) => count > 0)).toHaveLength(2)
  // A copy may still be on its way.
  await expect
    .poll(async () => (await requests()).reduce((sum, one) => sum + one, 0))
    .toBe(spread.sent)
})

test('a third one, started by hand, takes its part', async () => {
  const metricsPort = await freePort()
  const main = join(import.meta.dirname, '../../main.ts')
  await using third = start('third', [process.execPath, main, 'start', 'radius'], {
    folder,
    env: {
      ...product.env,
      ACCUEIL_RADIUS_PROCESSES: '1',
      ACCUEIL_METRICS_LISTEN: `127.0.0.1:${metricsPort}`,
    },
  })
  await third.printed(/Accueil is ready/, 180_000)
  for (let i = 0; i < 3; i += 1) expect((await logInBob()).reply?.code).toBe(CODE['Access-Accept'])
  const [came = 0] = await metric(
    'accueil_radius_requests_total{service="authentication"}',
    metricsPort,
  )
  expect(came).toBeGreaterThan(0)
  expect(await third.stop()).toEqual({ code: 0, signal: null })
  expect((await logInBob()).reply?.code).toBe(CODE['Access-Accept'])
})

test('one that is killed is started again, and the other serves meanwhile', async () => {
  const radius = childrenOf(product.running().pid).filter(isRadius)
  expect(radius).toHaveLength(2)
  const [victim = 0] = radius
  process.kill(victim, 'SIGKILL')
  await product.running().printed(/SIGKILL.*radius\.process\.ended/)
  expect((await logInBob()).reply?.code).toBe(CODE['Access-Accept'])
  await expect
    .poll(() => childrenOf(product.running().pid).filter(isRadius).length, { timeout: 60_000 })
    .toBe(2)
  await product.ready()
  expect((await logInBob()).reply?.code).toBe(CODE['Access-Accept'])
})

test('all of them end with the program, in order', async () => {
  const pids = childrenOf(product.running().pid).filter(isRadius)
  expect(await product.stop()).toEqual({ code: 0, signal: null })
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow()
  // Theirs are gone; that of the one that was killed may still be there for a moment.
  expect(readdirSync(join(product.dataDir, 'radius')).length).toBeLessThan(2)
})
