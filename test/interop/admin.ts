import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { sitDown, startBrowser } from '../browser/admin-desk.ts'
import type { Desk, Seat } from '../browser/admin-desk.ts'
import { termsWalk } from '../browser/terms-walk.ts'
import { listZip, readZipEntry } from '../../db/export/zip.ts'
import { dig } from '../support/peers/dig.ts'
import { readForm, signedPath } from '../support/peers/guest.ts'
import { eventually, must, run } from '../support/peers/process.ts'
import { startWiredPlace } from '../support/peers/wired-place.ts'
import type { Scenario } from './scenario.ts'

const PASSWORD = 'a-long-enough-password'
/** Two phones that ask for names: one in Paris, one in Marseille. */
const PARIS_PHONE = '10.213.200.9'
const MARSEILLE_PHONE = '10.213.203.9'
const GATEWAY = '127.0.0.100'
const LAPTOP = '02:00:5e:00:81:1a'
const NAME = 'www.example.com'

const OTHER_PAGES = [
  ...['places/75-0042', 'rules', 'requests', 'sessions', 'people', 'people/1', 'devices', 'health'],
  ...[
    'inventory',
    'alerts',
    'audit',
    'jobs',
    'terms',
    'terms/2026-01',
    'terms/2026-01/fr',
    'places/none',
  ],
] as const

const ROLES = {
  helene: 'role: national-admin',
  paul: 'role: association-admin, associations: ["75"]',
  nina: 'role: place-helper, sites: [75-0043]',
  lea: 'role: log-reader',
  marc: 'role: log-approver',
  ada: 'role: auditor',
} as const
type Account = keyof typeof ROLES

/** Each role through its week in a real browser, with and without script, in French and English. */
export async function admin(scenario: Scenario): Promise<void> {
  const { product, folder, test } = scenario
  const house = join(import.meta.dirname, 'fixture/house.yaml')
  const apply = async (file: string): Promise<void> => {
    const applied = await product.command('apply', file)
    assert.equal(applied.code, 0, applied.stdout + applied.stderr)
  }
  const pictures = process.env['PICTURES'] ?? folder.fresh('admin')
  const browser = await startBrowser()
  for (const phone of [PARIS_PHONE, MARSEILLE_PHONE]) {
    await run(['ip', 'address', 'add', `${phone}/32`, 'dev', 'lo'])
  }
  const desks = new Map<Account, Desk>()
  const deskOf = async (
    account: Account,
    seat: Pick<Seat, 'language' | 'hasScript'>,
  ): Promise<Desk> => {
    const made =
      desks.get(account) ??
      (await sitDown(
        browser,
        product.portalUrl,
        { account, password: PASSWORD, ...seat },
        pictures,
      ))
    desks.set(account, made)
    return made
  }
  const clean = async (desk: Desk, name: string): Promise<void> =>
    assert.deepEqual(await desk.look(name), [])
  try {
    await test('everybody has their role, by file', async () => {
      await apply(writeDeclaration(house, folder.write('admin.yaml', '')))
    })
    await nationalAdmin(
      scenario,
      () => deskOf('helene', { language: 'fr', hasScript: true }),
      clean,
    )
    await termsWalk({
      ...{ product, browser, test, clean },
      sit: () => deskOf('helene', { language: 'fr', hasScript: true }),
    })
    await associationAdmin(
      scenario,
      () => deskOf('paul', { language: 'en', hasScript: false }),
      clean,
    )
    await placeHelper(scenario, () => deskOf('nina', { language: 'fr', hasScript: false }), clean)
    await twoPeople(
      scenario,
      () => deskOf('lea', { language: 'fr', hasScript: true }),
      () => deskOf('marc', { language: 'en', hasScript: false }),
      clean,
    )
    await test('an auditor reads who did all of that, and can change nothing', async () => {
      const { page, open } = await deskOf('ada', { language: 'en', hasScript: true })
      await open('/admin/audit')
      const text = (await page.locator('main').textContent()) ?? ''
      for (const who of ['helene', 'paul', 'nina', 'lea', 'marc'])
        assert.match(text, new RegExp(who))
      await clean(desks.get('ada') as Desk, 'audit')
      await open('/admin/rules')
      assert.equal(await page.locator('form[method=post][action="/admin/rules"]').count(), 0)
    })
  } finally {
    await closeAll(browser, desks)
    for (const phone of [PARIS_PHONE, MARSEILLE_PHONE]) {
      await run(['ip', 'address', 'delete', `${phone}/32`, 'dev', 'lo'])
    }
    await apply(folder.write('admin-end.yaml', rolesAfterwards()))
    await apply(house)
  }
}

/** A house that had somebody who administers it keeps one; and scenarios after this one look into the log. */
function rolesAfterwards(): string {
  return `version: 1
roles:
  - { subject: 'person:helene', role: national-admin }
  - { subject: 'person:${userInfo().username}', role: log-reader }
`
}

async function closeAll(browser: Browser, desks: ReadonlyMap<Account, Desk>): Promise<void> {
  for (const desk of desks.values()) await desk[Symbol.asyncDispose]()
  await browser.close()
}

/** The suite's own house beside what this scenario needs: accounts are declared as a whole. */
function writeDeclaration(house: string, file: string): string {
  const accounts = /^accounts:\n(?:.*\n)*/m.exec(readFileSync(house, 'utf8'))?.[0] ?? ''
  const names = Object.keys(ROLES) as Account[]
  writeFileSync(
    file,
    `version: 1
associations: [{ code: '13', name: Bouches-du-Rhône }, { code: '69', name: Rhône }]
sites:
  - code: '13-0001'
    name: Vieux-Port
    association: '13'
    timezone: Europe/Paris
    networks:
      guest: { subnets: [10.213.203.0/25], grant: 30d }
    gateways:
      - { name: gw-13, address: 127.0.0.113/32, secret: s3cret-of-13, kind: generic }
${accounts}${names.map((name) => `  - { username: ${name}, password: ${PASSWORD}, groups: [staff] }\n`).join('')}roles:
${names.map((name) => `  - { subject: 'person:${name}', ${ROLES[name]} }\n`).join('')}`,
  )
  return file
}

type DeskMaker = () => Promise<Desk>
type Clean = (desk: Desk, name: string) => Promise<void>

async function nationalAdmin(
  { product, folder, test }: Scenario,
  sit: DeskMaker,
  clean: Clean,
): Promise<void> {
  await test('a national administrator signs in and sees what is to be watched, with the map', async () => {
    const desk = await sit()
    await desk.open('/admin')
    assert.equal(await desk.page.locator('svg.map a').count(), 3 + 1)
    await clean(desk, 'overview')
    assert.equal(await desk.page.locator('.chart .uplot').count(), 4, 'uPlot draws the charts')
  })
  await test('finds a place while she types, without another page', async () => {
    const { page, open } = await sit()
    await open('/admin/places')
    await page.locator('#q').pressSequentially('belle')
    await page.locator('#found').getByText('Centre Belleville').waitFor()
    await page.locator('#found').getByText('Vieux-Port').waitFor({ state: 'detached' })
    assert.equal(new URL(page.url()).search, '')
    await clean(await sit(), 'places')
  })
  await test('looks at a rule before it is saved, without another page', async () => {
    const { page, open } = await sit()
    await open('/admin/rules')
    const { pathname, hash } = new URL(page.url())
    await page.locator('#domain').fill(NAME)
    await page.locator('button[name=preview]').click()
    await page.locator('#preview h3').waitFor()
    assert.match((await page.locator('#preview').textContent()) ?? '', /n’est pas bloqué/)
    const now = new URL(page.url())
    assert.deepEqual([now.pathname, now.hash], [pathname, hash])
    assert.equal(await page.locator('#domain').inputValue(), NAME)
    await open('/admin/rules')
    assert.equal(await page.locator('main').getByText(NAME).count(), 0, 'nothing was saved')
  })
  await test('adds a place, and gets what its gateway needs', async () => {
    const desk = await sit()
    const { page } = desk
    await desk.open('/admin/places-new')
    await clean(desk, 'new-place')
    await page.locator('#code').fill('75-0100')
    await page.locator('#name').fill('Gare de l’Est')
    await page.locator('#association').selectOption('75')
    await page.locator('#guest-subnet').fill('10.213.204.0/25')
    await page.locator('#kind').selectOption('generic')
    await page.locator('#reach').selectOption('address')
    await page.locator('#address').fill(GATEWAY)
    await page.locator('main form button').click()
    await page.locator('#signs').waitFor()
    await clean(desk, 'set-up')
    const downloading = page.waitForEvent('download')
    await page.locator('form[action$="/files"] button').click()
    const zip = folder.write('place.zip', '')
    await (await downloading).saveAs(zip)
    assert.match(await entryOf(zip, 'values.txt'), /^gateway gw-75-0100$/m)
  })
  await test('and the page turns green by itself, as each thing first answers', async () => {
    const { page } = await sit()
    assert.equal(await page.locator('#signs .green').count(), 0)
    const secret =
      /^radius-secret (.*)$/m.exec(
        await entryOf(join(folder.path, 'place.zip'), 'values.txt'),
      )?.[1] ?? ''
    await radiusFrom(product.ports, secret)
    const mac = '02-00-5E-00-CC-99'
    const link = signedPath({ gateway: 'gw-75-0100', secret, mac, ip: '10.213.204.9' })
    assert.equal((await fetch(new URL(link, product.portalUrl))).status, 200)
    await page.locator('#signs .green').nth(2).waitFor()
    assert.match((await page.locator('#signs').textContent()) ?? '', /Questions DNS des invités/)
    await clean(await sit(), 'set-up-green')
  })
  await test('uploads a table of places, reads what it would change, and accepts it without another page', async () => {
    const desk = await sit()
    const { page } = desk
    await desk.open('/admin/inventory')
    await page.locator('#file').setInputFiles({
      ...{ name: 'lieux.csv', mimeType: 'text/csv' },
      buffer: Buffer.from('Code;Nom;Association\n75-0101;Gare du Nord;75\n'),
    })
    await page.locator('section:has(#upload) button').click()
    await page.locator('.lines').getByText('+ site 75-0101').waitFor()
    await clean(desk, 'table-read')
    await page.locator('button[value=accept]').click()
    await page.locator('#table-state').getByText('C’est fait').waitFor()
    await desk.open('/admin/places/75-0101')
    assert.equal(await page.locator('h1').textContent(), 'Gare du Nord')
  })
  await test('every other page of hers says where she is, on a phone and on a screen', async () => {
    const desk = await sit()
    for (const path of OTHER_PAGES) {
      await desk.open(`/admin/${path}`)
      assert.equal(await desk.page.locator('h1').count(), 1, path)
      await clean(desk, path.replaceAll(/\W/g, '-'))
    }
  })
  await test('and the same in English, where no sentence is in French', async () => {
    const desk = await sit()
    for (const path of [
      '',
      '/places',
      '/places-new',
      '/filtering',
      ...OTHER_PAGES.map((one) => `/${one}`),
    ]) {
      await desk.open(`/admin${path}?lang=en`)
      assert.equal(await desk.page.locator('html').getAttribute('lang'), 'en', path)
      const text = (await desk.page.locator('main').textContent()) ?? ''
      // What people wrote, and the terms, are in their own language.
      if (!path.startsWith('/terms/')) assert.doesNotMatch(text, FRENCH, path)
      const name = path === '' ? 'overview' : path.slice(1).replaceAll(/\W/g, '-')
      assert.deepEqual(await desk.look(name, 'en'), [])
    }
    // The browser keeps the language that was chosen last.
    await desk.open('/admin?lang=fr')
  })
}

/** Words that hardly a French sentence is without, and no English one has. */
const FRENCH = /\b(?:dans|pour|vous|votre|cette|aucune?|toute?s?)\b/

async function entryOf(zip: string, wanted: string): Promise<string> {
  const entry = (await listZip(zip)).find(({ name }) => name === wanted)
  assert.ok(entry, `${wanted} is in the archive`)
  const pieces: Buffer[] = []
  for await (const piece of readZipEntry(zip, entry)) pieces.push(piece)
  return Buffer.concat(pieces).toString('utf8')
}

/** A request and a session's start, as the new gateway sends them from its own address. */
async function radiusFrom(
  ports: { readonly radius: number; readonly radiusAcct: number },
  secret: string,
): Promise<void> {
  const of = [`Packet-Src-IP-Address = ${GATEWAY}`, 'NAS-Identifier = "gw-75-0100"']
  const mac = 'Calling-Station-Id = "02-00-5E-00-CC-99"'
  const send = (port: number, kind: 'auth' | 'acct', lines: readonly string[]): Promise<string> =>
    must(['radclient', '-r', '2', '-t', '10', `127.0.0.1:${port}`, kind, secret], {
      input: `${[...of, mac, ...lines].join('\n')}\n`,
    })
  // Refused, which is an answer: nobody has accepted anything there yet.
  await run(['radclient', '-r', '2', '-t', '10', `127.0.0.1:${ports.radius}`, 'auth', secret], {
    input: `${[...of, mac, 'User-Name = "02-00-5E-00-CC-99"', 'Message-Authenticator = 0x00'].join('\n')}\n`,
  })
  await send(ports.radiusAcct, 'acct', ['Acct-Session-Id = "1"', 'Acct-Status-Type = Start'])
}

async function associationAdmin(
  { product, test }: Scenario,
  sit: DeskMaker,
  clean: Clean,
): Promise<void> {
  const statusFrom = async (phone: string): Promise<string | null> =>
    // At the phone's own address: the answer comes back from where it was asked.
    (await dig(product.ports.dns, `@${phone}`, '-b', phone, NAME)).status
  await test('an administrator of Paris blocks a domain there: dig says so in Paris, and not in Marseille', async () => {
    const desk = await sit()
    const { page } = desk
    await desk.open('/admin/rules')
    await page.locator('#domain').fill(NAME)
    await page.locator('#association').fill('75')
    await page.locator('button[name=preview]').click()
    await page.locator('#preview h3').waitFor()
    const before = (await page.locator('#preview').textContent()) ?? ''
    assert.match(before, /is not blocked/)
    assert.match(before, /Names that are asked for are not kept/)
    await clean(desk, 'rule-preview')
    await page.locator('form[action="/admin/rules"] #reason').fill('asked for by the centre')
    await page.locator('form[method=post][action="/admin/rules"] button:not([name])').click()
    await page.locator('[role=status]').waitFor()
    await clean(desk, 'rules')
    await eventually(
      'Paris blocks',
      async () => (await statusFrom(PARIS_PHONE)) === 'NXDOMAIN',
      30_000,
    )
    assert.equal(await statusFrom(MARSEILLE_PHONE), 'NOERROR')
  })
  await test('asks why a name is blocked, and reads the rule that does it', async () => {
    const desk = await sit()
    await desk.open(`/admin/filtering?name=${NAME}&site=75-0042`)
    const text = (await desk.page.locator('main').textContent()) ?? ''
    assert.match(text, /blocked by a rule/)
    assert.match(text, /association 75/)
    await clean(desk, 'filtering')
  })
  await test('answers what a guest asks to have unblocked, and it opens', async () => {
    await askToUnblock(product.portalUrl)
    const desk = await sit()
    const { page } = desk
    await desk.open('/admin/requests')
    await page.getByRole('link', { name: NAME }).first().click()
    await clean(desk, 'request')
    await page.locator('#reason').fill('it is needed for work')
    await page.locator('button[value=allow]').click()
    await page.locator('[role=status]').waitFor()
    await eventually(
      'the place opens',
      async () => (await statusFrom(PARIS_PHONE)) === 'NOERROR',
      30_000,
    )
  })
  await test('undoes what she did, by the button beside it', async () => {
    const desk = await sit()
    const { page } = desk
    await desk.open('/admin/rules')
    // The newest stands first: the allowance, then the block; after that the undoing, then the allowance.
    for (const _ of ['block', 'allow']) {
      await page.locator('form[action="/admin/undo"] button').nth(1).click()
      await page.locator('[role=status]').waitFor()
      await desk.open('/admin/rules')
    }
    assert.equal(await page.locator(`main td a:has-text("${NAME}")`).count(), 0)
    await eventually(
      'Paris is open',
      async () => (await statusFrom(PARIS_PHONE)) === 'NOERROR',
      30_000,
    )
  })
}

/** A guest of Paris was led to us under the blocked name, and asks for it on the page that stands there. */
async function askToUnblock(portalUrl: string): Promise<void> {
  const { port } = new URL(portalUrl)
  const html = await new Promise<string>((resolve, reject) => {
    const options = { host: '127.0.0.1', port, localAddress: PARIS_PHONE, headers: { Host: NAME } }
    request(options, (response) => {
      const pieces: Buffer[] = []
      response.on('data', (piece: Buffer) => pieces.push(piece))
      response.on('end', () => resolve(Buffer.concat(pieces).toString('utf8')))
    })
      .on('error', reject)
      .end()
  })
  const { action, fields } = readForm(html)
  fields.set('note', 'For my homework')
  const to = new URL(action, portalUrl)
  const sent = await fetch(to, {
    method: 'POST',
    body: fields,
    headers: { Origin: `http://${NAME}` },
  })
  assert.ok(sent.ok, `${sent.status} ${await sent.text()}`)
}

async function placeHelper(
  { product, folder, test }: Scenario,
  sit: DeskMaker,
  clean: Clean,
): Promise<void> {
  await using _place = await startWiredPlace({
    ...{ product, folder, name: 'desk', laptopMac: LAPTOP, uplink: 133, das: true },
  })
  await test('a helper of one place sees that place alone, and disconnects a laptop: hostapd does it', async () => {
    const desk = await sit()
    const { page } = desk
    await desk.open('/admin/places')
    assert.doesNotMatch((await page.locator('main').textContent()) ?? '', /Belleville|Vieux-Port/)
    await eventually(
      'the laptop is on the page',
      async () => {
        await desk.open('/admin/sessions/75-0043')
        return (await page.locator(`input[value^="${LAPTOP}"]`).count()) > 0
      },
      60_000,
    )
    await clean(desk, 'sessions')
    await page.locator(`input[value^="${LAPTOP}"]`).check()
    await page.locator('#reason').fill('l’ordinateur est perdu')
    await page.locator('main form .card button').click()
    await page.locator('[role=status]').waitFor()
    await eventually(
      'hostapd has done it',
      async () => {
        await page.reload()
        return /déconnecté\./.test(
          (await page.locator('[role=status]').first().textContent()) ?? '',
        )
      },
      60_000,
    )
  })
}

async function twoPeople(
  { test }: Scenario,
  reader: DeskMaker,
  approver: DeskMaker,
  clean: Clean,
): Promise<void> {
  await test('a requisition takes two people: one finds and asks, another approves, the first downloads', async () => {
    const lea = await reader()
    await lea.open('/admin/logs')
    await clean(lea, 'log')
    await lea.page.locator('#mac').fill(LAPTOP)
    await lea.page.locator('#reason').fill('réquisition 26-118')
    await lea.page.locator('main form button').first().click()
    await lea.page.locator('#case').fill('26-118')
    await lea.page.locator('form[action="/admin/packs"] button').click()
    await lea.page.locator('[role=status]').waitFor()
    // She herself has no button for it.
    assert.equal(await lea.page.locator('form[action^="/admin/packs/"] button').count(), 0)
    const marc = await approver()
    await marc.open('/admin/packs')
    await marc.page.locator('form[action^="/admin/packs/"] button').first().click()
    await marc.page.locator('[role=status]').waitFor()
    await clean(marc, 'packs')
    await lea.open('/admin/packs')
    const downloading = lea.page.waitForEvent('download')
    await lea.page.locator('form[action$="/file"] button').first().click()
    assert.match((await downloading).suggestedFilename(), /\.zip$/)
  })
}
