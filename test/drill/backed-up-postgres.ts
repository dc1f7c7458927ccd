import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../support/peers/free-ports.ts'
import { must, repository, run } from '../support/peers/process.ts'
import type { RunFolder } from '../support/peers/run-folder.ts'
import {
  AS_POSTGRES,
  POSTGRES_PEER,
  postgresFolder,
  startDebianPostgres,
} from './debian-postgres.ts'

/** Debian's Postgres with pgBackRest, from the files of deploy/backup/ as they are. */
export interface BackedUpPostgres extends AsyncDisposable {
  readonly url: string
  /** A script of deploy/backup/, as the user that it is for; throws what it said. */
  script(
    as: 'postgres' | 'root',
    command: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<string>
  pgbackrest(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<string>
  /** Power and disk gone. */
  lose(): Promise<void>
}

export const BACKUP_PEERS = [
  POSTGRES_PEER,
  ['pgbackrest', 'pgbackrest'],
  ['shellcheck', 'shellcheck'],
] as const

const DEPLOYED = join(repository, 'deploy/backup')

export async function startBackedUpPostgres(folder: RunFolder): Promise<BackedUpPostgres> {
  const port = await freePort()
  const kept = folder.fresh('repository')
  await must(postgresFolder(kept))
  const conf = folder.fresh('pgbackrest.conf')
  const env = { PGBACKREST_CONFIG: conf, PGBACKREST_REPO1_CIPHER_PASS: 'passphrase-of-the-drill' }
  const settings = readFileSync(join(DEPLOYED, 'postgresql.conf'), 'utf8')
  const server = await startDebianPostgres(folder, { settings, env, port })
  folder.write('pgbackrest.conf', configured(server.data, kept, port))
  return {
    url: server.url,
    async script(as, [name = '', ...args], more = {}) {
      const command = [join(DEPLOYED, name), ...args]
      const done = await run(as === 'root' ? command : [...AS_POSTGRES, ...command], {
        env: { ...env, ...more },
        timeoutMs: 600_000,
      })
      if (done.code !== 0) throw new Error(`${name}:\n${done.stdout}${done.stderr}`)
      return done.stdout + done.stderr
    },
    pgbackrest(args, more = {}) {
      // Behind setpriv: what is preloaded must not begin as root.
      const variables = Object.entries(more).map(([name, value]) => `${name}=${value}`)
      const command = ['env', ...variables, 'pgbackrest', '--stanza=accueil', ...args]
      return must([...AS_POSTGRES, ...command], { env })
    },
    async lose() {
      await server.running.stop('SIGKILL')
      await must(['rm', '-rf', server.data])
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

/** The file of deploy/, with this run's folders. */
function configured(data: string, kept: string, port: number): string {
  return readFileSync(join(DEPLOYED, 'pgbackrest.conf'), 'utf8')
    .replace(/^repo1-path=.*$/m, `repo1-path=${kept}`)
    .replace(/^pg1-path=.*$/m, `pg1-path=${data}\npg1-port=${port}`)
    .replace(/^pg1-socket-path=.*$/m, `pg1-socket-path=${join(data, '../socket')}`)
}
