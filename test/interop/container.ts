import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { globSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { startEmbedded } from '#db/embedded.ts'
import { buildImage } from '../support/peers/container-image.ts'
import { freePort } from '../support/peers/free-ports.ts'
import { eventually, must, repository, run, start } from '../support/peers/process.ts'
import { startRelay } from '../support/postgres-relay.ts'
import type { Scenario } from './scenario.ts'

const MOST_BYTES = 300_000_000
const NODE_USER = 1000

/** The image: built as the Dockerfile says, and run as an engine with a read-only root would. */
export async function container({ upstream, folder, test }: Scenario): Promise<void> {
  await test('docker-compose takes compose.yaml, and asks for the two secrets', async () => {
    const file = join(repository, 'compose.yaml')
    const config = ['docker-compose', '--project-directory', folder.path, '-f', file, 'config']
    const without = await run(config, { env: { POSTGRES_PASSWORD: '', ACCUEIL_MASTER_KEY: '' } })
    assert.notEqual(without.code, 0)
    assert.match(without.stderr, /set it in \.env/)
    const said = await must(config, { env: { POSTGRES_PASSWORD: 'a', ACCUEIL_MASTER_KEY: 'b' } })
    assert.match(said, /read_only: true/)
  })

  await using image = await buildImage(folder)
  const { root, config } = image

  await test('the image is built, not root, below 300 MB, with nothing to build with and no tests', () => {
    assert.ok(image.bytes < MOST_BYTES, `${image.bytes}`)
    assert.equal(config.User, 'node')
    for (const tool of ['usr/bin/gcc', 'usr/bin/cc', 'usr/bin/make', 'usr/include/stdio.h']) {
      assert.deepEqual(globSync(tool, { cwd: root }), [])
    }
    assert.deepEqual(globSync('app/**/{*.test.ts,testing}', { cwd: root, exclude: notOurs }), [])
    assert.equal(globSync('app/native/*.node', { cwd: root }).length, 4)
  })

  await test('its SBOM names each package that it holds, by the version that it has', () => {
    const sbom = sbomSchema.parse(JSON.parse(readFileSync(join(root, 'app/sbom.cdx.json'), 'utf8')))
    const listed = new Set(sbom.components.map(({ purl }) => decodeURIComponent(purl)))
    // A package's own folder, not one of those inside it; some are held twice, inside another.
    const held = globSync('app/node_modules/**/package.json', { cwd: root })
      .filter((file) => /node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(file))
      .map((file) => packageSchema.parse(JSON.parse(readFileSync(join(root, file), 'utf8'))))
      .map(({ name, version }) => `pkg:npm/${name}@${version}`)
    assert.ok(held.length > 20)
    assert.deepEqual([...listed].toSorted(), [...new Set(held)].toSorted())
  })

  const dataDir = folder.fresh('database')
  mkdirSync(dataDir)
  const postgres = await startEmbedded({ dataDir })
  await using relay = await startRelay(postgres.url)
  await relay.open()
  const data = folder.fresh('volume')
  mkdirSync(data)
  await must(['chown', `${NODE_USER}:${NODE_USER}`, data])
  const ports = await Promise.all(Array.from({ length: 6 }, freePort))
  const [http, metrics, radius, accounting, radsec, dns] = ports
  const given = {
    ...Object.fromEntries(
      config.Env.map((one) => one.split(/=(.*)/s).slice(0, 2) as [string, string]),
    ),
    DATABASE_URL: relay.url,
    ACCUEIL_MASTER_KEY: randomBytes(32).toString('hex'),
    ACCUEIL_HTTP_LISTEN: `127.0.0.1:${http}`,
    ACCUEIL_METRICS_LISTEN: `127.0.0.1:${metrics}`,
    ACCUEIL_RADIUS_LISTEN: `127.0.0.1:${radius}`,
    ACCUEIL_RADIUS_ACCT_LISTEN: `127.0.0.1:${accounting}`,
    ACCUEIL_RADSEC_LISTEN: `127.0.0.1:${radsec}`,
    ACCUEIL_DNS_LISTEN: `127.0.0.1:${dns}`,
    ACCUEIL_DNS_UPSTREAM: upstream,
  }
  const [volume = ''] = Object.keys(config.Volumes)
  const inside = (command: readonly string[]): readonly string[] => [
    ...[
      'bwrap',
      '--ro-bind',
      root,
      '/',
      '--proc',
      '/proc',
      '--dev',
      '/dev',
      '--bind',
      data,
      volume,
    ],
    ...['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--die-with-parent', '--clearenv'],
    ...['--chdir', config.WorkingDir, '--cap-add', 'ALL'],
    ...Object.entries(given).flatMap(([name, value]) => ['--setenv', name, value]),
    // As `cap_drop: [ALL]` and `no-new-privileges` of compose.yaml.
    ...['setpriv', `--reuid=${NODE_USER}`, `--regid=${NODE_USER}`, '--clear-groups'],
    ...['--no-new-privs', '--bounding-set=-all', '--inh-caps=-all', ...command],
  ]
  try {
    await using product = start('container', inside([...config.Entrypoint, ...config.Cmd]), {
      folder,
    })
    const [form, ...probe] = config.Healthcheck.Test
    await test('on a read-only root, as nobody of rights, it starts, is ready and is found well', async () => {
      assert.equal(form, 'CMD')
      await product.printed(/Accueil is ready/, 180_000)
      await eventually(
        () => `it is ready; it said:\n${product.output()}`,
        async () => (await fetch(`http://127.0.0.1:${metrics}/readyz`)).status === 200,
        60_000,
      )
      const well = await run(inside(probe))
      assert.equal(well.code, 0, well.stdout + well.stderr)
      const denied = await run(inside(['sh', '-c', `touch /app/x || touch /tmp/x`]))
      assert.match(denied.stderr, /Read-only file system/)
      assert.notEqual(denied.code, 0)
    })
    await test('and by SIGTERM it ends in order; then its health check fails', async () => {
      // bwrap and the first process of its namespace stand before it.
      process.kill(childOf(childOf(product.pid)), 'SIGTERM')
      assert.equal((await product.exited).code, 0, product.output())
      assert.equal((await run(inside(probe))).code, 1)
    })
  } finally {
    await postgres.release()
  }
}

function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')[0])
}

function notOurs(path: string): boolean {
  return path.includes('node_modules')
}

const sbomSchema = z.object({
  bomFormat: z.literal('CycloneDX'),
  components: z.array(z.object({ purl: z.string() })),
})
const packageSchema = z.object({ name: z.string(), version: z.string() })
