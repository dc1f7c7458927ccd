import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readForm } from '../support/peers/guest.ts'
import { connect, createNamespace, freeUplink, hostDevice } from '../support/peers/namespaces.ts'
import { startOpenNds } from '../support/peers/opennds.ts'
import { eventually, must, run, start } from '../support/peers/process.ts'
import type { Scenario } from './scenario.ts'

const PHONE = { mac: '02:00:5e:00:79:09', ip: '192.168.79.9' }
const LAN = '192.168.79.1'
const WEB = '198.51.100.10'

/**
 * A place with a real captive gateway. Four namespaces: the phone, its gateway (openNDS, dnsmasq,
 * masquerade), the internet (a web server), and the suite's own, where the product is.
 */
export async function opennds({ product, folder, test }: Scenario): Promise<void> {
  await using phone = await createNamespace('phone', { nameserver: LAN })
  await using gateway = await createNamespace('nds')
  await using internet = await createNamespace('internet')
  const uplink = freeUplink(1)
  await connect(
    { namespace: phone, device: 'wlan0', address: `${PHONE.ip}/24`, mac: PHONE.mac },
    { namespace: gateway, device: 'lan0', address: `${LAN}/24` },
  )
  await connect(
    { namespace: gateway, device: 'wan0', address: `${uplink.gateway}/30` },
    { namespace: null, device: hostDevice('nds'), address: `${uplink.ours}/30` },
  )
  await connect(
    { namespace: gateway, device: 'net0', address: '198.51.100.1/24' },
    { namespace: internet, device: 'eth0', address: `${WEB}/24` },
  )
  const inGateway = { namespace: gateway.name }
  await must(['ip', '-n', phone.name, 'route', 'add', 'default', 'via', LAN])
  await must(['ip', '-n', gateway.name, 'route', 'add', 'default', 'via', WEB])
  await must(['sysctl', '-qw', 'net.ipv4.ip_forward=1'], inGateway)
  const nat = 'iptables-legacy -t nat -A POSTROUTING ! -o lan0 -j MASQUERADE'
  await must(nat.split(' '), inGateway)

  await using _web = start('web', [process.execPath, '-e', WEB_SERVER], {
    folder,
    namespace: internet.name,
  })
  const tmp = folder.fresh('nds-tmp')
  mkdirSync(tmp)
  const leases = join(tmp, 'dhcp.leases')
  const tomorrow = Math.floor(Date.now() / 1000) + 86_400
  // openNDS turns away a phone that has no DHCP lease.
  writeFileSync(leases, `${tomorrow} ${PHONE.mac} ${PHONE.ip} phone *\n`)
  await using _dnsmasq = start(
    'dnsmasq',
    [
      'dnsmasq',
      '--keep-in-foreground',
      '--conf-file=/dev/null',
      '--no-hosts',
      '--no-resolv',
      '--log-facility=-',
      '--user=root',
      '--interface=lan0',
      '--bind-interfaces',
      `--server=${uplink.ours}#${product.ports.dns}`,
      '--dhcp-range=192.168.79.50,192.168.79.99,1h',
      `--dhcp-leasefile=${leases}`,
      '--pid-file=',
    ],
    { folder, namespace: gateway.name },
  )
  await using _nds = await startOpenNds({
    folder,
    namespace: gateway,
    lan: 'lan0',
    name: 'gw-0044',
    tmp,
    key: '1234567890',
    portal: { address: uplink.ours, port: product.ports.http, path: '/guest' },
  })
  const curl = (...args: readonly string[]): Promise<Awaited<ReturnType<typeof run>>> =>
    run(['curl', '-s', '-S', '-m', '8', ...args], { namespace: phone.name })
  const redirect = async (...args: readonly string[]): Promise<URL> => {
    const { stdout, stderr } = await curl('-o', '/dev/null', '-w', '%{redirect_url}', ...args)
    assert.ok(URL.canParse(stdout), `no redirect: ${stdout}${stderr}`)
    return new URL(stdout)
  }

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
    assert.equal(page.host, `${uplink.ours}:${product.ports.http}`)
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
}

const WEB_SERVER = `
const answer = (request, response) => {
  if (request.url === '/generate_204') response.statusCode = 204
  response.end(request.url === '/generate_204' ? '' : 'the internet says hello\\n')
}
for (const port of [80, 8443]) require('node:http').createServer(answer).listen(port, '${WEB}')
`
