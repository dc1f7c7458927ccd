import { createSocket } from 'node:dgram'
import { createCertificateAuthority } from '../support/peers/certificate-authority.ts'
import { startFreeRadiusLdap } from '../support/peers/freeradius-ldap.ts'
import { freePort } from '../support/peers/free-ports.ts'
import type { Product } from '../support/peers/product.ts'
import { ATTRIBUTE, accessRequest, attribute } from '../support/peers/radius-packet.ts'
import type { RunFolder } from '../support/peers/run-folder.ts'
import { SLAPD, startSlapd } from '../support/peers/slapd.ts'
import { startSlowTcp } from '../support/peers/slow-tcp.ts'
import {
  ACCOUNTS,
  DEVICES,
  SECRET,
  everyoneOnce,
  grantDevices,
  measureLoad,
  oursUnderTest,
} from './radius.ts'
import type { RadiusUnderTest } from './radius.ts'
import type { Row } from './row.ts'

const ANSWER_MS = 500
const STRANGERS = 64
const GIVE_UP_MS = 5_000
const PACKETS = 40 * 8 * 256
const LOADS = [
  { kind: 'pap', what: 'PAP' },
  { kind: 'mac', what: 'MAC authentication' },
] as const
/** Whoever is known must not notice that the directory is slow. */
const MOST_P99_MS = 20

/**
 * People whom the directory let in before, and devices with a grant, while 64 strangers at a time wait for a
 * directory that takes half a second for each answer. FreeRADIUS has the first two in its file: it never asks
 * about them.
 */
export async function slowDirectoryRows(
  folder: RunFolder,
  product: Product,
): Promise<readonly Row[]> {
  await grantDevices(product)
  const authority = await createCertificateAuthority(folder, 'bench-ca')
  await using slapd = await startSlapd(folder, authority)
  await slapd.modify(ACCOUNTS.map(entryOf).join('\n'))
  await using slow = await startSlowTcp(slapd.port, ANSWER_MS)
  const declaration = {
    version: 1,
    accounts: [],
    directories: [
      {
        name: 'slow',
        url: `ldap://127.0.0.1:${slow.port}`,
        base_dn: SLAPD.baseDn,
        bind_dn: SLAPD.bindDn,
        bind_password: SLAPD.bindPassword,
        kind: 'openldap',
        groups: { nested: false },
      },
    ],
  }
  const applied = await product.command(
    'apply',
    folder.write('slow-directory.yaml', JSON.stringify(declaration)),
  )
  if (applied.code !== 0) throw new Error(`accueil apply:\n${applied.stdout}${applied.stderr}`)
  const ours = await measureAmongStrangers(oursUnderTest(product))

  const authPort = await freePort()
  const users = [...ACCOUNTS, ...DEVICES.map((name) => ({ name, password: name }))]
  await using peer = await startFreeRadiusLdap(folder, {
    ...{ authPort, secret: SECRET, ldapPort: slow.port, users },
  })
  const theirs = await measureAmongStrangers({ authPort, acctPort: 0, pids: [peer.pid] })
  return LOADS.map(({ kind, what }) => ({
    work: `${what}, 20 outstanding, a directory that takes ${ANSWER_MS} ms`,
    peer: 'FreeRADIUS, users file and rlm_ldap',
    mostP99: MOST_P99_MS,
    ours: ours[kind].measure,
    theirs: theirs[kind].measure,
    notes: `${STRANGERS} strangers at a time asked the directory: ours answered ${ours[kind].strangers} a second, FreeRADIUS ${theirs[kind].strangers}. Ours refuses those beyond 32 at once.`,
  }))
}

type Measured = { readonly measure: Row['ours']; readonly strangers: string }

async function measureAmongStrangers(
  server: RadiusUnderTest,
): Promise<Readonly<Record<(typeof LOADS)[number]['kind'], Measured>>> {
  await everyoneOnce(server.authPort)
  const measureOne = async (kind: (typeof LOADS)[number]['kind']): Promise<Measured> => {
    const strangers = askAsStrangers(server.authPort)
    try {
      const measure = await measureLoad(server, { kind, outstanding: 20, packets: PACKETS })
      return { measure, strangers: strangers.perSecond().toFixed(0) }
    } finally {
      strangers.stop()
    }
  }
  return { pap: await measureOne('pap'), mac: await measureOne('mac') }
}

/** Keeps so many logins of people nobody knows under way: each is a new name. */
function askAsStrangers(port: number): { perSecond(): number; stop(): void } {
  const began = performance.now()
  const timers = new Map<number, NodeJS.Timeout>()
  const socket = createSocket('udp4')
  let answered = 0
  let count = 0
  const send = (identifier: number): void => {
    count += 1
    const attributes = [attribute(ATTRIBUTE.userName, `stranger-${count}`)]
    const request = accessRequest({ identifier, secret: SECRET, attributes, password: 'x' })
    socket.send(request, port, '127.0.0.1')
    timers.set(
      identifier,
      setTimeout(() => send(identifier), GIVE_UP_MS),
    )
  }
  socket.on('error', () => undefined)
  socket.on('message', (reply) => {
    const identifier = reply[1] ?? 0
    clearTimeout(timers.get(identifier))
    answered += 1
    // A device that was refused does not come back in the same moment.
    timers.set(
      identifier,
      setTimeout(() => send(identifier), 100),
    )
  })
  socket.bind(0, '127.0.0.1', () => {
    for (let identifier = 0; identifier < STRANGERS; identifier += 1) send(identifier)
  })
  return {
    perSecond: () => answered / ((performance.now() - began) / 1000),
    stop() {
      for (const timer of timers.values()) clearTimeout(timer)
      socket.close()
    },
  }
}

function entryOf({ name, password }: (typeof ACCOUNTS)[number]): string {
  return [
    `dn: uid=${name},ou=people,${SLAPD.baseDn}`,
    'changetype: add',
    'objectClass: inetOrgPerson',
    ...[`uid: ${name}`, `cn: ${name}`, `sn: ${name}`, `userPassword: ${password}`],
    '',
  ].join('\n')
}
