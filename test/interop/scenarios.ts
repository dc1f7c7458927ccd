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
import { internal } from './internal.ts'
import { kubernetes } from './kubernetes.ts'
import { leaving } from './leaving.ts'
import { monitoring } from './monitoring.ts'
import { oneTime } from './one-time.ts'
import { opennds } from './opennds.ts'
import { opennds10, openndsPolled } from './opennds-polled.ts'
import { passkeys } from './passkeys.ts'
import { disconnect } from './disconnect.ts'
import { place } from './place.ts'
import { pkcs11 } from './pkcs11.ts'
import { posture } from './posture.ts'
import { proxy } from './proxy.ts'
import { processes } from './processes.ts'
import { publishing } from './publishing.ts'
import { radclient } from './radclient.ts'
import { radsec } from './radsec.ts'
import { smallBox } from './small-box.ts'
import { siem } from './siem.ts'
import { sso } from './sso.ts'
import { staffWifi } from './staff-wifi.ts'
import { storm } from './storm.ts'
import { tshark } from './tshark.ts'
import { wired } from './wired.ts'
import { zones } from './zones.ts'
import type { Scenario } from './scenario.ts'

/** In the order of a first reading. */
export const SCENARIOS: Readonly<Record<string, (s: Scenario) => Promise<void>>> = {
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
  pkcs11,
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

/** Those that have the machine to themselves, at the end: `faults` kills the product that it is given. */
export const ALONE: ReadonlySet<string> = new Set(['faults'])

/**
 * What only one scenario can have at a time: a domain controller is on ports that it does not choose, and a
 * phone of Paris has one address on this machine.
 */
export const SHARED: Readonly<Record<string, string>> = {
  ...{ directories: 'samba', leaving: 'samba' },
  ...{ admin: 'phones', dns: 'phones' },
}

/** Seconds on an idle machine, of the long ones: begun first, they do not end alone. */
export const LONG: Readonly<Record<string, number>> = {
  browser: 200,
  place: 150,
  opennds: 109,
  admin: 104,
  'opennds-10': 102,
  'opennds-polled': 90,
  debian: 86,
  leaving: 68,
  storm: 59,
  container: 52,
}
