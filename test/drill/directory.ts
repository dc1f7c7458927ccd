import { setTimeout as sleep } from 'node:timers/promises'
import { createCertificateAuthority } from '../support/peers/certificate-authority.ts'
import { eventually } from '../support/peers/process.ts'
import { SLAPD, startSlapd } from '../support/peers/slapd.ts'
import type { Drill } from './given.ts'
import { seconds } from './given.ts'
import { POSTGRES_PEER } from './debian-postgres.ts'
import { openOwnHouse } from './own-house.ts'
import { isAccepted } from './people.ts'
import type { Login } from './people.ts'
import { THROUGHOUT, underLoad } from './under-load.ts'

const AWAY_MS = 20_000
const PATIENCE_MS = 120_000
/** A device gives up on a log-in later than the server on a directory. */
const LOGIN_MS = 8_000
const ALICE: Login = { user: 'alice', password: 'wonderland', device: '02-00-5E-00-00-A1' }
const NEWCOMERS: readonly Login[] = [
  ['bernard', 'hermite'],
  ['hélène', 'été-2026'],
].map(([user = '', password = ''], i) => ({
  ...{ user, password, device: `02-00-5E-00-00-C${i}`, patienceMs: LOGIN_MS },
}))

export const directory: Drill = {
  name: 'directory',
  broken: 'the directory is killed for 20 s, then hangs for 20 s, while staff of it log in',
  peers: [POSTGRES_PEER, ['slapd', 'slapd'], ['ldapmodify', 'ldap-utils'], ['openssl', 'openssl']],
  async run({ folder, run }) {
    const authority = await createCertificateAuthority(folder, 'directory-ca')
    await using slapd = await startSlapd(folder, authority)
    await using house = await openOwnHouse(folder, {
      env: {
        LDAP_URL: `ldap://127.0.0.1:${slapd.port}`,
        LDAP_BIND_DN: SLAPD.bindDn,
        LDAP_BIND_PASSWORD: SLAPD.bindPassword,
        LDAP_BASE_DN: SLAPD.baseDn,
      },
    })
    const { product, url } = house
    return await underLoad(
      {
        ...{ run, url, servers: [product], accountants: [product], staff: ALICE },
        throughout: [...THROUGHOUT, 'acceptance'],
      },
      async () => {
        const [killed, hung] = NEWCOMERS as [Login, Login]
        await slapd.running.crash()
        const whenKilled = await newcomerAfter(product, killed, () => slapd.restart())
        process.kill(slapd.running.pid, 'SIGSTOP')
        const whenHung = await newcomerAfter(product, hung, () => {
          process.kill(slapd.running.pid, 'SIGCONT')
        })
        return `who came before is let in all the time; somebody new ${whenKilled} after it is started, ${whenHung} after it goes on`
      },
    )
  },
}

/** Somebody who never came before is not let in, and is as soon as there is somebody to ask. */
async function newcomerAfter(
  server: Parameters<typeof isAccepted>[0],
  newcomer: Login,
  mend: () => Promise<void> | void,
): Promise<string> {
  if (await isAccepted(server, newcomer)) {
    throw new Error(`${newcomer.user} was let in, whom nobody could have vouched for`)
  }
  await sleep(AWAY_MS)
  await mend()
  const began = performance.now()
  await eventually('somebody new is let in', () => isAccepted(server, newcomer), PATIENCE_MS)
  return seconds(began)
}
