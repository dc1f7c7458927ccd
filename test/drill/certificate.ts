import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openDot, wireQuery } from '../../dns-filter/testing/asking.ts'
import { createTestAuthority } from '../support/gateway-certificate.ts'
import { eapolTest } from '../support/peers/eapol-test.ts'
import { eventually, run as runCommand } from '../support/peers/process.ts'
import type { Product } from '../support/peers/product.ts'
import type { RunFolder } from '../support/peers/run-folder.ts'
import { FAKETIME_PEER, createFakedClock } from './faked-clock.ts'
import type { Drill } from './given.ts'
import { seconds } from './given.ts'
import { POSTGRES_PEER } from './debian-postgres.ts'
import { openOwnHouse } from './own-house.ts'
import { PEOPLE_SECRET } from './people.ts'
import { THROUGHOUT, underLoad } from './under-load.ts'

const NAME = 'dns.example.org'
/** Long enough for a busy machine to begin within it. */
const LASTS_MS = 120_000
const PATIENCE_MS = 240_000
/** That of 802.1X is made for 825 days, its root for 20 years. */
const LATER_S = 1_000 * 86_400

export const certificate: Drill = {
  name: 'certificate',
  broken: 'the certificate of DNS over TLS ends and is renewed late; that of 802.1X ends',
  peers: [POSTGRES_PEER, FAKETIME_PEER, ['eapol_test', 'eapoltest']],
  async run({ folder, run }) {
    const faked = createFakedClock(folder)
    const authority = await createTestAuthority('Authority of the drill')
    const first = await authority.issue(NAME, [NAME], new Date(Date.now() + LASTS_MS))
    const dnsTls = {
      certificate: folder.write('dns.pem', first.pem),
      key: folder.write('dns.key', first.keyPem),
    }
    await using house = await openOwnHouse(folder, { dnsTls, env: faked.env })
    const { product, url } = house
    const ca = authority.declared.pem
    const report = await underLoad(
      {
        ...{ run, url, servers: [product], accountants: [product] },
        throughout: [...THROUGHOUT, 'acceptance'],
      },
      async () => {
        const answers = (): Promise<boolean> => answersOverTls(product, ca)
        await eventually(
          'DNS over TLS is refused by who checks',
          async () => !(await answers()),
          PATIENCE_MS,
        )
        const { stdout } = await product.command('doctor')
        if (!/wrong {2}certificate of DNS over TLS/.test(stdout))
          throw new Error(`doctor:\n${stdout}`)
        const renewed = await authority.issue(NAME, [NAME])
        writeFileSync(dnsTls.key, renewed.keyPem)
        writeFileSync(dnsTls.certificate, renewed.pem)
        const began = performance.now()
        await eventually('DNS over TLS is served again', answers, PATIENCE_MS)
        return `doctor names it; DNS over TLS ${seconds(began)} after the files were renewed, without a restart`
      },
    )
    const took = await afterYears(product, folder, faked)
    return { ...report, took: `${report.took}; 802.1X after 1,000 days: ${took}` }
  },
}

/** The clock comes to a time when what was made has ended; devices still trust the root they were given. */
async function afterYears(
  product: Product,
  folder: RunFolder,
  faked: ReturnType<typeof createFakedClock>,
): Promise<string> {
  const root = join(product.dataDir, 'eap-ca.pem')
  const caFile = folder.write('root-of-then.pem', (await runCommand(['cat', root])).stdout)
  const login = () => loginAt(product, folder, caFile, faked)
  if (!(await login())) throw new Error('802.1X does not work before')
  faked.set(LATER_S)
  const began = performance.now()
  await eventually('802.1X works with the root of then', login, PATIENCE_MS)
  return `a new one under the same root, a login after ${seconds(began)}`
}

async function loginAt(
  product: Product,
  folder: RunFolder,
  caFile: string,
  { env }: ReturnType<typeof createFakedClock>,
): Promise<boolean> {
  const had = { ...process.env }
  // A device of that time.
  Object.assign(process.env, env)
  try {
    const { success, keysMatch } = await eapolTest({
      ...{ folder, caFile, port: product.ports.radius, secret: PEOPLE_SECRET },
      ...{ identity: 'bob', password: 'hello', tls: '1.3' },
    })
    return success && keysMatch
  } finally {
    for (const name of Object.keys(env)) {
      if (had[name] === undefined) delete process.env[name]
    }
  }
}

async function answersOverTls({ ports }: Product, ca: string): Promise<boolean> {
  const connection = openDot(ports.dnsOverTls, ca, NAME)
  try {
    connection.send(wireQuery('www.bad.example'))
    const answer = await connection.next()
    return answer !== null && ((answer[3] ?? 0) & 15) === 3
  } catch {
    return false
  } finally {
    connection.end()
  }
}
