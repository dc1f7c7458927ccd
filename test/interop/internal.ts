import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'
import { startDynamicGateway } from '../../radius-server/testing/dynamic-gateway.ts'
import { signedPath } from '../support/peers/guest.ts'
import { OPENID_CLIENT, startOpenidProvider } from '../support/peers/openid-provider.ts'
import { eventually } from '../support/peers/process.ts'
import { radclient } from '../support/peers/radclient.ts'
import type { RadclientAnswer } from '../support/peers/radclient.ts'
import type { Scenario } from './scenario.ts'

const SECRET = 'testing123'
const SSID = 'Maison Sign-In'
const ACCOUNT = 'karim@sso.example'
/** RFC 5176 §2.1, §2.2. */
const DISCONNECT_REQUEST = 40
const COA_REQUEST = 43
/** As root there is no sandbox to be had. */
const LAUNCH = { executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] }
/** The small window of an iPhone. */
const CAPTIVE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148'

/** A tablet without 802.1X comes into the internal network: its owner signs in for it, and it leaves with them. */
export async function internal(scenario: Scenario): Promise<void> {
  const { folder, product, test } = scenario
  const { portalUrl } = product
  await using gateway = await startDynamicGateway(() => true, SECRET)
  await using provider = await startOpenidProvider(portalUrl, 'restos')
  provider.world.account = 'karim'
  provider.world.people['karim'] = {
    ...{ name: 'Karim Ben', preferred_username: ACCOUNT, groups: ['staff'] },
  }
  const apply = async (...yaml: readonly string[]): Promise<void> => {
    const files = yaml.map((one, i) => folder.write(`internal-${i}.yaml`, one))
    const done = await product.command('apply', ...files)
    assert.equal(done.code, 0, done.stdout + done.stderr)
  }
  const tablet = new Tablet(scenario, '00:1b:21:5e:60:01', '10.213.200.140')
  const chrome = await chromium.launch(LAUNCH)
  try {
    await test('an internal network that lets devices in by a sign-in is declared', () =>
      apply(houseWith(gateway.port), declaration(provider.issuer)))
    await test('a device that nobody signed in for is refused, and is shown the page', async () => {
      await eventually('the page', async () => {
        const page = await fetch(tablet.link())
        return /<h1>Le réseau interne de/.test(await page.text())
      })
      assert.equal((await tablet.ask()).reply, 'Access-Reject')
    })
    const address = await handedOver(chrome, tablet, test)
    await signedIn(chrome, address, folder.fresh('internal'), test)
    await letIn(tablet, gateway.asked, test)
    await leaves(scenario, tablet, gateway.asked, test)
  } finally {
    await chrome.close()
    const none = 'version: 1\npolicies: []\nsign_in: { providers: [] }\n'
    await apply(
      readFileSync(join(import.meta.dirname, 'fixture/house.yaml'), 'utf8').replaceAll(
        /\.\/(?=[\w.]+)/g,
        `${join(import.meta.dirname, 'fixture')}/`,
      ),
    )
    await apply(none)
  }
}

/** What the small window of a phone says: the address to open elsewhere. */
async function handedOver(
  chrome: Browser,
  tablet: Tablet,
  test: Scenario['test'],
): Promise<string> {
  let address = ''
  await test('the small window of a phone hands over to the real browser', async () => {
    const context = await chrome.newContext({
      ...{ userAgent: CAPTIVE, locale: 'fr-FR', javaScriptEnabled: false },
      viewport: { width: 390, height: 844 },
    })
    const page = await context.newPage()
    await page.goto(tablet.link())
    address = await page.locator('.code.all').innerText()
    assert.match(address, /\/staff\/network\/[2-9A-Z]{10}$/)
    assert.equal(await page.locator('a.button').count(), 0)
    await context.close()
  })
  return address
}

/** In the real browser: to the identity provider, back to the device, and yes. */
async function signedIn(
  chrome: Browser,
  address: string,
  pictures: string,
  test: Scenario['test'],
): Promise<void> {
  const context = await chrome.newContext({
    ...{ locale: 'fr-FR', javaScriptEnabled: false, viewport: { width: 390, height: 844 } },
  })
  const page = await context.newPage()
  await test('there, its owner signs in at the identity provider and comes back to the device', async () => {
    await page.goto(address)
    await page.getByText('Restos SSO').click()
    await page.waitForURL(address)
    assert.match(await page.locator('main').innerText(), /00:1B:21:5E:60:01/)
    await photograph(page, pictures)
  })
  await test('they let it in, and its gateway is told to ask again', async () => {
    await page.locator('main form button').click()
    await eventually('the page of their devices', async () => {
      // It goes on by itself too: a reload in that moment is of a page that is no more there.
      if (page.url().includes('/guest/opening')) await page.reload().catch(() => {})
      return page.url().includes('/staff/devices?done=joined')
    })
    const main = await page.locator('main').innerText()
    assert.match(main, /00:1B:21:5E:60:01/)
    await page.screenshot({ path: join(pictures, 'devices-390.png'), fullPage: true })
  })
  await context.close()
}

async function photograph(page: Page, folder: string): Promise<void> {
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 844 })
    await page.screenshot({ path: join(folder, `join-${width}.png`), fullPage: true })
  }
}

async function letIn(
  tablet: Tablet,
  asked: Awaited<ReturnType<typeof startDynamicGateway>>['asked'],
  test: Scenario['test'],
): Promise<void> {
  await test('the device comes in by its address, on its own VLAN, in the name of its owner', async () => {
    assert.ok(asked.some(({ code }) => code === COA_REQUEST || code === DISCONNECT_REQUEST))
    const answer = await tablet.ask()
    assert.equal(answer.reply, 'Access-Accept', answer.output)
    assert.match(answer.output, /Tunnel-Private-Group-Id:0 = "40"/)
    assert.match(answer.output, new RegExp(`User-Name = "${ACCOUNT}"`))
    const seconds = Number(/Session-Timeout = (\d+)/.exec(answer.output)?.[1])
    assert.ok(seconds > 11 * 3600 && seconds <= 12 * 3600, `${seconds}`)
  })
  await test('of the guests’ network of the same gateway it is let in to nothing', async () => {
    assert.equal((await tablet.ask('Maison des Repas')).reply, 'Access-Reject')
  })
  await test('it is not asked again while it is let in', async () => {
    const again = await fetch(tablet.link(), { redirect: 'manual' })
    assert.equal(again.status, 303, await again.text())
  })
  await test('the connection log has it with the account', async () => {
    await tablet.connect()
    const rows = await tablet.rows()
    assert.deepEqual(
      rows.map(({ network, user }) => ({ network, user })),
      [{ network: 'staff', user: ACCOUNT }],
    )
  })
}

/** Whoever leaves takes the device along. */
async function leaves(
  { product }: Scenario,
  tablet: Tablet,
  asked: Awaited<ReturnType<typeof startDynamicGateway>>['asked'],
  test: Scenario['test'],
): Promise<void> {
  await test('its owner is told to be inactive by SCIM: a disconnect, and a refusal at the next packet', async () => {
    const words = '--name internal --actor provider:restos --scope scim'
    const made = await product.command('tokens', 'create', ...words.split(' '))
    const scim = async (method: string, path: string, body: object): Promise<{ id: string }> => {
      const response = await fetch(`${product.portalUrl}/scim/v2${path}`, {
        method,
        headers: {
          ...{ Authorization: `Bearer ${made.stdout.trim()}` },
          'Content-Type': 'application/scim+json',
        },
        body: JSON.stringify(body),
      })
      assert.ok(response.ok, await response.clone().text())
      return response.json() as Promise<{ id: string }>
    }
    const user = await scim('POST', '/Users', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: ACCOUNT,
    })
    assert.equal((await tablet.ask()).reply, 'Access-Accept')
    const before = asked.length
    await scim('PATCH', `/Users/${user.id}`, {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'replace', path: 'active', value: false }],
    })
    const began = Date.now()
    await eventually('a Disconnect-Request', () =>
      asked.slice(before).some(({ code }) => code === DISCONNECT_REQUEST),
    )
    console.log(`#      asked ${Date.now() - began} ms after`)
    const answer = await tablet.ask()
    assert.equal(answer.reply, 'Access-Reject', answer.output)
  })
  await test('and it is shown the page again', async () => {
    const page = await fetch(tablet.link(), { redirect: 'manual' })
    assert.equal(page.status, 200)
  })
}

/** A device that knows no 802.1X, behind the gateway on the loopback. */
class Tablet {
  readonly #scenario: Scenario
  readonly #mac: string
  readonly #ip: string

  constructor(scenario: Scenario, mac: string, ip: string) {
    this.#scenario = scenario
    this.#mac = mac
    this.#ip = ip
  }

  /** Where its gateway sends it. */
  link(): string {
    const path = signedPath({
      ...{ gateway: 'gw-0042', secret: SECRET, mac: this.#mac, ip: this.#ip },
    })
    return `${this.#scenario.product.portalUrl}${path}`
  }

  ask(ssid = SSID): Promise<RadclientAnswer> {
    const plain = this.#mac.replaceAll(':', '')
    return radclient({
      ...{ port: this.#scenario.product.ports.radius, kind: 'auth', secret: SECRET },
      attributes: [
        ...[`User-Name = "${plain}"`, `User-Password = "${plain}"`],
        `Calling-Station-Id = "${this.#mac}"`,
        `Called-Station-Id = "00-10-A4-23-19-C0:${ssid}"`,
        ...['Service-Type = Call-Check', 'Message-Authenticator = 0x00'],
      ],
    })
  }

  /** Its gateway accounts for it, with the Class that it was given. */
  async connect(): Promise<void> {
    const accept = await this.ask()
    const given = /Class = (0x[0-9a-f]+)/.exec(accept.output)?.[1] ?? ''
    await radclient({
      ...{ port: this.#scenario.product.ports.radiusAcct, kind: 'acct', secret: SECRET },
      attributes: [
        ...[`User-Name = "${this.#mac}"`, `Calling-Station-Id = "${this.#mac}"`],
        ...[`Class = ${given}`, `Framed-IP-Address = ${this.#ip}`],
        ...[`Acct-Session-Id = "${this.#mac}"`, 'Acct-Status-Type = Start'],
      ],
    })
    await eventually('the log knows it', async () => (await this.rows()).length > 0, 30_000)
  }

  rows(): ReturnType<Scenario['product']['searchLogs']> {
    return this.#scenario.product.searchLogs('--mac', this.#mac)
  }
}

/** The house of the suite, whose gateway on the loopback can be told, and whose internal network has the page. */
function houseWith(port: number): string {
  const folder = join(import.meta.dirname, 'fixture')
  const changes = [
    [
      'secret: testing123, kind: generic }',
      `secret: testing123, kind: generic, coa: { port: ${port} } }`,
    ],
    [
      'staff: { subnets: [10.213.200.128/25], vlan: 20 }',
      `staff: { subnets: [10.213.200.128/25], vlan: 20, captive: { ssid: ${SSID}, vlan: 40 } }`,
    ],
  ] as const
  let text = readFileSync(join(folder, 'house.yaml'), 'utf8')
  for (const [before, after] of changes) {
    assert.ok(text.includes(before))
    text = text.replace(before, after)
  }
  return text.replaceAll(/\.\/(?=[\w.]+)/g, `${folder}/`)
}

function declaration(issuer: string): string {
  return JSON.stringify({
    version: 1,
    policies: [
      { name: 'staff', when: { network: 'staff', groups: ['staff'] }, give: { vlan: 20 } },
      { name: 'others', when: { network: 'staff' }, refuse: 'Nobody else.' },
    ],
    sign_in: {
      providers: [
        {
          ...{ name: 'restos', label: 'Restos SSO', issuer },
          scopes: ['openid', 'profile', 'groups'],
          ...{ client_id: OPENID_CLIENT.id, client_secret: OPENID_CLIENT.secret },
        },
      ],
    },
  })
}
