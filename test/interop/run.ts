import { sweepNamespaces } from '../support/peers/namespaces.ts'
import { createRunFolder, endProcesses, sweepLeftovers } from '../support/peers/run-folder.ts'
import { abandoned } from './abandoned.ts'
import { blockPage } from './block-page.ts'
import { admin } from './admin.ts'
import { browser } from './browser.ts'
import { container } from './container.ts'
import { debian } from './debian.ts'
import { demo } from './demo.ts'
import { deviceKeys } from './device-keys.ts'
import { directories } from './directories.ts'
import { dns } from './dns.ts'
import { dnsTransports } from './dns-transports.ts'
import { enrolment } from './enrolment.ts'
import { eapolTest } from './eapol-test.ts'
import { explain } from './explain.ts'
import { faults } from './faults.ts'
import { fuzz } from './fuzz.ts'
import { openHouse } from './house.ts'
import { internal } from './internal.ts'
import { kubernetes } from './kubernetes.ts'
import { leaving } from './leaving.ts'
import { monitoring } from './monitoring.ts'
import { oneTime } from './one-time.ts'
import { opennds } from './opennds.ts'
import { opennds10, openndsPolled } from './opennds-polled.ts'
import { passkeys } from './passkeys.ts'
import { providePeers } from './packages.ts'
import { disconnect } from './disconnect.ts'
import { place } from './place.ts'
import { posture } from './posture.ts'
import { proxy } from './proxy.ts'
import { processes } from './processes.ts'
import { publishing } from './publishing.ts'
import { radclient } from './radclient.ts'
import { radsec } from './radsec.ts'
import { runScenario } from './scenario.ts'
import type { Scenario, Tally } from './scenario.ts'
import { smallBox } from './small-box.ts'
import { siem } from './siem.ts'
import { sso } from './sso.ts'
import { staffWifi } from './staff-wifi.ts'
import { storm } from './storm.ts'
import { tshark } from './tshark.ts'
import { wired } from './wired.ts'
import { zones } from './zones.ts'

/**
 * The order is that of a first reading; `faults` is last because it kills the product it is given.
 * `npm run test:interop -- dns wired` runs only those.
 */
const SCENARIOS: Readonly<Record<string, (s: Scenario) => Promise<void>>> = {
  demo,
  radclient,
  posture,
  tshark,
  'eapol-test': eapolTest,
  explain,
  monitoring,
  siem,
  directories,
  processes,
  'staff-wifi': staffWifi,
  enrolment,
  leaving,
  internal,
  sso,
  passkeys,
  'device-keys': deviceKeys,
  wired,
  radsec,
  disconnect,
  proxy,
  dns,
  'dns-transports': dnsTransports,
  zones,
  publishing,
  'small-box': smallBox,
  'one-time': oneTime,
  opennds,
  'opennds-polled': openndsPolled,
  'opennds-10': opennds10,
  place,
  browser,
  'block-page': blockPage,
  admin,
  fuzz,
  abandoned,
  storm,
  container,
  kubernetes,
  debian,
  faults,
}

const tally: Tally = { passed: 0, failed: 0 }
const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in SCENARIOS))
if (unknown.length > 0) {
  console.error(`no scenario ${unknown.join(', ')}; there are: ${Object.keys(SCENARIOS).join(' ')}`)
  process.exit(2)
}
if (process.getuid?.() !== 0) {
  console.error('this suite makes network namespaces: run it as root')
  process.exit(2)
}

sweepLeftovers()
await sweepNamespaces()
const folder = createRunFolder()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => void cleanUp().finally(() => process.exit(130)))
}
try {
  await providePeers()
  await scenarios()
} catch (error) {
  tally.failed++
  console.log('not ok the suite could start the product with its fixture')
  console.log(error instanceof Error ? error.stack : error)
} finally {
  await cleanUp()
}
if (tally.failed > 0) console.log(`# the peers' logs are in ${folder.path}`)
console.log(`${tally.passed} passed, ${tally.failed} failed`)
process.exitCode = tally.failed === 0 && tally.passed > 0 ? 0 : 1

async function scenarios(): Promise<void> {
  await using house = await openHouse(folder)
  for (const [name, scenario] of Object.entries(SCENARIOS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    await runScenario(name, scenario, { ...house, folder, tally })
  }
}

async function cleanUp(): Promise<void> {
  endProcesses(folder.path)
  await sweepNamespaces()
  if (tally.failed === 0) folder.remove()
}
