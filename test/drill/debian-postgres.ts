import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../support/peers/free-ports.ts'
import { eventually, must, run, start } from '../support/peers/process.ts'
import type { Running } from '../support/peers/process.ts'
import type { RunFolder } from '../support/peers/run-folder.ts'

const BIN = '/usr/lib/postgresql/15/bin'

/** What belongs to the user postgres is done as that user. */
export const AS_POSTGRES: readonly string[] = [
  ...['setpriv', '--reuid', 'postgres', '--regid', 'postgres', '--init-groups'],
]

export const POSTGRES_PEER = [`${BIN}/postgres`, 'postgresql-15'] as const

export interface DebianPostgres extends AsyncDisposable {
  /** Of the database `accueil`, as its owner. */
  readonly url: string
  readonly data: string
  readonly running: Running
}

/** Debian's Postgres with its own settings and these lines, where several processes of a house find room. */
export async function startDebianPostgres(
  folder: RunFolder,
  o: {
    readonly settings?: string
    readonly env?: Readonly<Record<string, string>>
    readonly port?: number
  } = {},
): Promise<DebianPostgres> {
  const port = o.port ?? (await freePort())
  const home = folder.fresh('debian-postgres')
  const [data, socket] = [join(home, 'data'), join(home, 'socket')]
  for (const path of [home, data, socket]) await must(postgresFolder(path))
  const initdb = [`${BIN}/initdb`, '-D', data, '-A', 'trust', '-k', '--locale', 'C.UTF-8']
  await must([...AS_POSTGRES, ...initdb])
  const own = `max_connections = 200\nunix_socket_directories = '${socket}'\nport = ${port}\n`
  appendFileSync(join(data, 'postgresql.conf'), own + (o.settings ?? ''))
  const command = [...AS_POSTGRES, `${BIN}/postgres`, '-D', data]
  const running = start('debian-postgres', command, { folder, env: o.env })
  const at = ['-h', socket, '-p', `${port}`]
  await eventually(
    () => `Postgres answers:\n${running.output()}`,
    async () => (await run([...AS_POSTGRES, `${BIN}/pg_isready`, ...at])).code === 0,
    120_000,
  )
  const statements = [
    'create role accueil login createrole',
    'create database accueil owner accueil',
  ]
  for (const text of statements) {
    await must([...AS_POSTGRES, `${BIN}/psql`, ...at, '-Atc', text, 'postgres'])
  }
  return {
    url: `postgres://accueil@127.0.0.1:${port}/accueil`,
    data,
    running,
    [Symbol.asyncDispose]: async () => void (await running.stop('SIGQUIT')),
  }
}

/** Passable, so that others who may reach what is inside do. */
export function postgresFolder(path: string): readonly string[] {
  return ['install', '-d', '-m', '755', '-o', 'postgres', '-g', 'postgres', path]
}
