import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { chromium } from 'playwright-core'
import type { BrowserContext, Page } from 'playwright-core'
import { textIn } from '../../portal/text/language.ts'
import { connect, createNamespace, hostDevice } from '../support/peers/namespaces.ts'
import type { Namespace } from '../support/peers/namespaces.ts'
import { eventually, must, run } from '../support/peers/process.ts'
import { createProduct } from '../support/peers/product.ts'
import type { Ports } from '../support/peers/product.ts'
import type { RunFolder } from '../support/peers/run-folder.ts'
import type { Scenario } from './scenario.ts'

const PORTAL = '192.168.89.1'
const PHONE = '192.168.89.9'
const BLOCKED = 'films.bad.example'

/**
 * A browser on a guest network whose resolver is the filter: what it sees of a blocked site, and where its request
 * goes. The portal is at the address that the filter answers with, at port 80, as in production.
 */
export async function blockPage({ folder, upstream, test }: Scenario): Promise<void> {
  await using phone = await createNamespace('phoneb', { nameserver: PORTAL })
  await connect(
    { namespace: phone, device: 'wlan0', address: `${PHONE}/24` },
    { namespace: null, device: hostDevice('b'), address: `${PORTAL}/24` },
  )
  await using product = await createProduct(folder, {
    upstream,
    env: { ACCUEIL_PUBLIC_URL: `http://${PORTAL}` },
  })
  await product.start()
  await standardPorts(phone, product.ports)
  const applied = await product.command('apply', folder.write('block-page.yaml', HOUSE))
  assert.equal(applied.code, 0, applied.stdout + applied.stderr)
  const answer = async (name: string): Promise<string> =>
    (await run(['dig', '+short', '+time=3', name], { namespace: phone.name })).stdout.trim()
  await eventually('the filter leads the name to the portal', async () => {
    return (await answer(BLOCKED)) === PORTAL
  })

  await using browser = await startBrowser(folder, phone)
  const words = textIn('fr').blocked
  await test('a name that is not blocked is what it is', async () => {
    assert.equal(await answer('www.example.com'), '198.51.100.10')
  })
  await test('a blocked site by http is the page that says what, why, who decides, and the truth about https', async () => {
    const page = await browser.open(`http://${BLOCKED}/watch?v=private`)
    const text = (await page.locator('main').textContent()) ?? ''
    assert.ok(text.includes(BLOCKED), text)
    assert.match(text, /contenu pour adultes/)
    assert.match(text, /Maison des Repas/)
    assert.match(text, /nous n’ouvrons jamais une connexion chiffrée/)
    assert.doesNotMatch(await page.content(), /private/)
    assert.equal(new URL(page.url()).hostname, BLOCKED)
  })
  await test('the same by https is the browser’s own error: nothing of ours answers there', async () => {
    await assert.rejects(browser.open(`https://${BLOCKED}/`), /net::ERR_/)
  })
  await test('a request, without script, ends on the portal’s own name', async () => {
    const page = await browser.open(`http://${BLOCKED}/`)
    await page.locator('textarea').fill('Pour le ciné-club du jeudi')
    await page.locator('main form button').click()
    assert.equal((await page.locator('h1').textContent())?.trim(), words.sentTitle)
    assert.equal(new URL(page.url()).hostname, PORTAL)
  })
  await test('and reaches the administrator of that place, without a trace of who asks', async () => {
    const there = await product.command('unblock', 'list', '--site', '75-0042', '--json')
    const asked = JSON.parse(there.stdout) as Record<string, unknown>
    assert.equal(asked['domain'], BLOCKED)
    assert.equal(asked['network'], 'guest')
    assert.equal(asked['note'], 'Pour le ciné-club du jeudi')
    assert.doesNotMatch(there.stdout, new RegExp(PHONE.replaceAll('.', '\\.')))
    const elsewhere = await product.command('unblock', 'list', '--site', '75-0043', '--json')
    assert.equal(elsewhere.stdout, '')
  })
  await test('let through for that place, the name is its own again, and the page no longer comes', async () => {
    const allow = ['rules', 'allow', BLOCKED, '--site', '75-0042', '--network', 'guest']
    const done = await product.command(...allow)
    assert.equal(done.code, 0, done.stderr)
    await eventually('the name leads elsewhere', async () => (await answer(BLOCKED)) !== PORTAL)
  })
}

/** Ports 53 and 80 of the portal, as the phone sees it: on this machine they may be somebody else's. */
async function standardPorts(phone: Namespace, { dns, http }: Ports): Promise<void> {
  for (const [protocol, from, to] of [
    ['udp', 53, dns],
    ['tcp', 53, dns],
    ['tcp', 80, http],
  ] as const) {
    const rule = `iptables-legacy -t nat -A OUTPUT -d ${PORTAL} -p ${protocol} --dport ${from} -j DNAT --to-destination ${PORTAL}:${to}`
    await must(rule.split(' '), { namespace: phone.name })
  }
}

interface PhoneBrowser extends AsyncDisposable {
  open(address: string): Promise<Page>
}

/** Chromium in the phone's namespace, without script, in French. */
async function startBrowser(folder: RunFolder, phone: Namespace): Promise<PhoneBrowser> {
  const launcher = folder.fresh('chromium-there')
  writeFileSync(launcher, `#!/bin/sh\nexec ip netns exec ${phone.name} /usr/bin/chromium "$@"\n`)
  chmodSync(launcher, 0o755)
  const browser = await chromium.launch({
    executablePath: launcher,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
  const context: BrowserContext = await browser.newContext({
    ...{ locale: 'fr', javaScriptEnabled: false },
    viewport: { width: 390, height: 844 },
  })
  return {
    async open(address) {
      const page = await context.newPage()
      await page.goto(address, { timeout: 60_000 })
      return page
    },
    [Symbol.asyncDispose]: () => browser.close(),
  }
}

const HOUSE = `version: 1
organisation:
  name: Maison des Repas
  contact: wifi@example.org
  filter: { page: [${PORTAL}], answer: page }
associations:
  - { code: '75', name: Paris }
sites:
  - code: 75-0042
    name: Centre Nation
    association: '75'
    networks:
      guest: { subnets: [${PHONE}/32], grant: 12h }
    gateways:
      - { name: gw-0042, address: ${PHONE}/32, secret: testing123, kind: generic }
  - code: 75-0043
    name: Centre Daumesnil
    association: '75'
    networks:
      guest: { subnets: [192.168.90.0/24], grant: 12h }
lists:
  - { name: adult, category: adult, file: ${import.meta.dirname}/fixture/adult.txt, block: [guest, staff] }
`
