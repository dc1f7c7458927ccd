import assert from 'node:assert/strict'
import { postgresUnder } from '../support/peers/run-folder.ts'
import { describe, eventually, repository, run, start } from '../support/peers/process.ts'
import { dig } from '../support/peers/dig.ts'
import { radclient } from '../support/peers/radclient.ts'
import { createProduct } from '../support/peers/product.ts'
import type { Scenario } from './scenario.ts'

/** A newcomer's first minute: a plain start, and what its screen says pasted into a terminal. */
export async function demo({ upstream, folder, test }: Scenario): Promise<void> {
  // Nothing is set but ports and data folder, so that the suite disturbs nobody on this machine.
  const env = { ACCUEIL_DEMO: undefined }
  await using product = await createProduct(folder, { upstream, env })

  await test('the first start is ready in under 30 s', async () => {
    const began = Date.now()
    await product.start()
    assert.ok(Date.now() - began < 30_000, `${Date.now() - began} ms`)
  })
  const screen = async (pattern: RegExp): Promise<string> => {
    const output = product.running().output()
    const found = joinedLines(output).find((line) => pattern.test(line))
    assert.ok(found, `the screen shows no line with ${pattern}:\n${output}`)
    return found.trim()
  }
  const paste = async (pattern: RegExp): Promise<string> => {
    const line = (await screen(pattern)).replace(/^\$ /, '')
    const { env } = product
    const done = await run(['sh', '-c', line], { cwd: repository, timeoutMs: 30_000, env })
    const shown = `${line}\n${done.stdout}${done.stderr}`
    assert.equal(done.code, 0, `${describe(done)}: ${shown}`)
    return shown
  }
  await test('its radclient line, pasted, is accepted', async () => {
    assert.match(await paste(/\bradclient\b.*\d/), /Received Access-Accept/)
  })
  await test('its eapol_test line, pasted, succeeds', async () => {
    const shown = await paste(/\beapol_test\b.*-/)
    assert.match(shown, /^MPPE keys OK: 1 {2}mismatch: 0$/m)
    assert.match(shown, /^SUCCESS$/m)
  })
  await test('its dig line, pasted, shows a blocked name', async () => {
    assert.match(await paste(/\bdig\b.*-p/), /status: NXDOMAIN[\s\S]*EDE: 15/)
  })
  await test('its portal address answers with a page', async () => {
    const [address] = /https?:\/\/\S+/.exec(await screen(/https?:\/\//)) ?? []
    const response = await fetch(address ?? '')
    assert.equal(response.status, 200)
    assert.match(response.headers.get('content-type') ?? '', /^text\/html/)
  })

  await test('its logs search line, pasted, finds something to read', async () => {
    await paste(/\baccueil logs search\b/)
  })
  await test('npx accueil doctor finds nothing wrong', async () => {
    const done = await run(['npx', 'accueil', 'doctor'], { cwd: repository, env: product.env })
    assert.equal(done.code, 0, done.stdout + done.stderr)
  })

  await test('Ctrl-C stops everything, Postgres last', async () => {
    const exit = await product.running().stop('SIGINT')
    assert.ok(exit.code === 0 || exit.code === 130, describe(exit))
    await postgresIsGone(product.dataDir)
  })
  await test('a second start is ready too', async () => {
    product.launch()
    await product.ready()
  })
  await test('as soon as /readyz says 200, RADIUS and DNS answer', async () => {
    const { status, output } = await dig(product.ports.dns, 'casino.example')
    assert.equal(status, 'NXDOMAIN', output)
    const attributes = ['User-Name = "nobody"', 'User-Password = "x"', 'Message-Authenticator = 0']
    const login = { port: product.ports.radius, secret: 'testing123', attributes }
    assert.equal((await radclient({ ...login, kind: 'auth' })).reply, 'Access-Reject')
  })
  await test('SIGTERM stops it as well', async () => {
    await product.running().printed(/Accueil is ready/)
    const exit = await product.stop('SIGTERM')
    assert.ok(exit.code === 0 || exit.code === 143, describe(exit))
    await postgresIsGone(product.dataDir)
  })
  await test('Ctrl-C in the middle of a start ends it', async () => {
    const running = product.launch()
    await running.printed(/Roles/)
    const exit = await running.stop('SIGINT')
    assert.notEqual(exit.signal, 'SIGKILL', 'it did not end within 15 s')
    await postgresIsGone(product.dataDir)
  })

  await asOrdinaryUser({ upstream, folder, test })
}

/** The same from an account that is not root, from a folder that is not its own to write. */
async function asOrdinaryUser({
  upstream,
  folder,
  test,
}: Pick<Scenario, 'upstream' | 'folder' | 'test'>): Promise<void> {
  const home = folder.fresh('home')
  const product = await createProduct(folder, { upstream, dataDir: `${home}/data` })
  await run(['install', '-d', '-o', 'nobody', home])
  // The clone may be somewhere only root can reach: the user sees it at another place.
  const script = `mount --bind ${repository} /srv && exec setpriv --reuid nobody --regid nogroup --clear-groups ${process.execPath} /srv/main.ts start`
  await test('an ordinary user can start it as well', async () => {
    await using running = start('product-as-nobody', ['unshare', '--mount', 'sh', '-c', script], {
      folder,
      env: { ...product.env, HOME: home },
    })
    await running.printed(/Accueil is ready/, 60_000)
    const exit = await running.stop('SIGINT')
    assert.ok(exit.code === 0 || exit.code === 130, describe(exit))
    await postgresIsGone(home)
  })
}

/** It has a checkpoint to write, for which nobody waits longer than 20 s. */
async function postgresIsGone(folder: string): Promise<void> {
  await eventually('Postgres has ended', () => postgresUnder(folder).length === 0, 60_000)
}

/** Lines as a shell reads them: a backslash at the end joins the next one. */
function joinedLines(output: string): readonly string[] {
  // eslint-disable-next-line no-control-regex
  const plain = output.replace(/\u001b\[[0-9;]*[A-Za-z]/g, '')
  return plain.replace(/\\\r?\n\s*/g, '').split(/\r?\n/)
}
