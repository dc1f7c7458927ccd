import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { LIMITS } from '../../portal/limits.ts'
import { readForm } from '../support/peers/guest.ts'
import { createOpenNdsPlace, WEB } from '../support/peers/opennds-place.ts'
import { eventually, run } from '../support/peers/process.ts'
import type { Scenario } from './scenario.ts'

const PHONE = { mac: '02:00:5e:00:79:09', ip: '192.168.79.9' }
/** Of whom it is measured how long they wait. */
const MANY = Array.from({ length: 20 }, (_, i) => ({
  mac: `02:00:5e:00:79:${(0x20 + i).toString(16)}`,
  ip: `192.168.79.${20 + i}`,
}))
const LAN = '192.168.79.1'

/** openNDS at level 1: the phone itself carries the token back to its gateway. */
export async function opennds({ product, folder, test }: Scenario): Promise<void> {
  await using place = await createOpenNdsPlace({
    folder,
    product,
    role: '',
    lan: '192.168.79',
    phones: [PHONE, ...MANY],
  })
  const { phone, curl, redirect, isOnline } = place
  const settings = {
    name: 'gw-0044',
    key: '1234567890',
    level: 1,
    portal: { address: place.ours, port: product.ports.http, path: '/guest' },
  } as const
  // One of the many who come in would make it fall over; the end of a session is for the one after it.
  let nds = await place.startGateway({ ...settings, checkSeconds: 800 })
  await using _end = { [Symbol.asyncDispose]: () => nds[Symbol.asyncDispose]() }

  await test('before acceptance the phone does not reach the web server', async () => {
    const { stdout } = await curl(`http://${WEB}/`)
    assert.doesNotMatch(stdout, /the internet says hello/)
    const tcp = await curl(`http://${WEB}:8443/`)
    assert.doesNotMatch(tcp.stdout, /the internet says hello/)
  })
  await test('names resolve through us before acceptance, and a blocked one does not', async () => {
    const { stdout } = await run(['dig', '+short', '+time=3', 'www.example.com'], {
      namespace: phone.name,
    })
    assert.equal(stdout.trim(), WEB)
    const blocked = await run(['dig', '+time=3', 'bad.example'], { namespace: phone.name })
    assert.match(blocked.stdout, /status: NXDOMAIN/)
  })

  const began = Date.now()
  // Each sentence goes on from where the one before it arrived.
  let page = new URL('about:blank')
  let html = ''
  let opening = page
  await test('the phone’s generate_204 is redirected to the portal', async () => {
    page = await redirect('http://1.2.3.4/generate_204')
    assert.equal(page.host, `${place.ours}:${product.ports.http}`)
    assert.ok(page.searchParams.get('fas'))
  })
  await test('the portal shows the terms in the phone’s language', async () => {
    const { stdout } = await curl('-f', '-H', 'Accept-Language: fr-FR,fr;q=0.9', page.href)
    html = stdout
    assert.match(html, /<html[^>]*lang="fr"/)
    assert.match(html, /La loi demande de garder un an/)
  })
  await test('accepting sends the phone back to its gateway', async () => {
    const { action, fields } = readForm(html)
    const to = new URL(action, page)
    opening = await redirect('--data', fields.toString(), '-H', `Origin: ${to.origin}`, to.href)
    assert.equal(opening.host, `${LAN}:2050`)
  })
  await test('the gateway opens and sends the phone to the page that says so', async () => {
    const last = await redirect(opening.href)
    assert.equal(last.origin, product.portalUrl)
    // The public address of this run is on loopback; a phone reaches the same page by the uplink.
    const { stdout } = await curl('-f', `${page.origin}${last.pathname}${last.search}`)
    assert.match(stdout, /<html/)
  })
  await test('the phone reaches the web server, by name', async () => {
    await eventually('the web server’s page', async () =>
      (await curl('http://www.example.com/')).stdout.includes('the internet says hello'),
    )
    const { stdout } = await curl(
      '-o',
      '/dev/null',
      '-w',
      '%{http_code}',
      `http://${WEB}/generate_204`,
    )
    assert.equal(stdout, '204')
  })
  await test('the search finds who was there and when', async () => {
    const rows = await product.searchLogs('--mac', PHONE.mac)
    assert.equal(rows.length, 1, JSON.stringify(rows))
    const { site, gateway: name, network, mac, ip, start: from, stop } = rows[0] ?? {}
    assert.deepEqual(
      { site, gateway: name, network, mac, ip, stop },
      { site: '75-0044', gateway: 'gw-0044', network: 'guest', ...PHONE, stop: null },
    )
    const at = Date.parse(from ?? '')
    assert.ok(at >= began - 1000 && at <= Date.now() + 1000, `${from}`)
  })
  await test('the same by address and time', async () => {
    const rows = await product.searchLogs('--ip', PHONE.ip, '--at', new Date().toISOString())
    assert.deepEqual(
      rows.map((row) => row.mac),
      [PHONE.mac],
    )
  })

  let cameAt = 0
  const comesBack = async (): Promise<void> => {
    // A phone that comes back within half a minute is asked: its gateway might be sending it round.
    await sleep(Math.max(0, cameAt + LIMITS.returnMs + 1000 - Date.now()))
    const falls = nds.falls()
    const again = await eventually('the phone is sent to the portal', () =>
      redirect('http://1.2.3.4/generate_204').catch(() => null),
    )
    assert.equal(again.pathname, '/guest')
    const back = await redirect(again.href)
    cameAt = Date.now()
    assert.equal(back.host, `${LAN}:2050`, 'the phone is sent back to its gateway, without a page')
    // One that falls over says nothing more.
    await redirect(back.href).catch(() => null)
    await eventually(
      'the phone is online, or its gateway fell over',
      async () => (await isOnline()) || nds.falls() > falls,
    )
    if (nds.falls() === falls) return
    await nds.answers()
    await comesBack()
  }
  await test('put out by the gateway, the phone comes in again without a page', async () => {
    await nds.ndsctl('deauth', PHONE.mac)
    await eventually('the phone is out', async () => !(await isOnline()))
    await comesBack()
  })
  const takes: number[] = []
  await test('twenty more accept one after the other, and each is online', async () => {
    for (const one of MANY) {
      await place.change(one)
      const arrived = await redirect('http://1.2.3.4/generate_204')
      const { action, fields } = readForm((await curl('-f', arrived.href)).stdout)
      const to = new URL(action, arrived)
      const accepted = performance.now()
      const back = await redirect(
        '--data',
        fields.toString(),
        '-H',
        `Origin: ${to.origin}`,
        to.href,
      )
      await redirect(back.href)
      await eventually(`${one.mac} is online`, isOnline)
      takes.push(performance.now() - accepted)
    }
  })
  const sorted = takes.toSorted((a, b) => a - b)
  const [half, most] = [0.5, 0.95].map((share) => sorted[Math.ceil(sorted.length * share) - 1])
  console.log(
    `# from accept to the first page of the internet, ${takes.length} phones, three curls each: p50 ${half?.toFixed(0)} ms, p95 ${most?.toFixed(0)} ms`,
  )
  await test('after a restart of the gateway too', async () => {
    await place.change(PHONE)
    await nds.stop()
    nds = await place.startGateway({ ...settings, sessionMinutes: 1 })
    assert.equal(await isOnline(), false)
    await comesBack()
  })
  await test('when its session ends at the gateway the phone is out, and comes in again without a page', async () => {
    await eventually('the session has ended', async () => !(await isOnline()), 120_000)
    await comesBack()
  })
}
