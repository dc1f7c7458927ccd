import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { AppError } from '#core/error.ts'

/** Who runs the embedded Postgres: it refuses to run as root. */
export interface ServerUser {
  readonly uid: number
  readonly gid: number
  /** For `spawn`; empty where `wrap` changes the user. */
  readonly identity: { uid?: number; gid?: number }
  /** The command line, with what it takes to run as that user. */
  wrap(command: readonly string[]): readonly string[]
  /** True where that user may not pass a folder above the data or the binaries. */
  readonly needsOverride: boolean
}

const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv']

/**
 * Root gives the server to `postgres`, else to `nobody` (a user id without a passwd entry is refused
 * by Postgres). Where that user may not pass a folder above `dataDir`, as below /root or a folder made
 * by mktemp, it keeps one right of root, to pass folders (CAP_DAC_OVERRIDE), and no other.
 */
export function chooseServerUser(dataDir: string): ServerUser {
  const uid = process.getuid?.() ?? 0
  const gid = process.getgid?.() ?? 0
  if (uid !== 0) {
    return { uid, gid, identity: {}, wrap: (command) => command, needsOverride: false }
  }
  const server = passwdEntry('postgres') ?? passwdEntry('nobody')
  if (server === null) {
    throw new AppError(
      'postgres-user',
      'the embedded Postgres cannot run as root and this machine has no user "postgres" or "nobody"; run as an ordinary user or set DATABASE_URL',
    )
  }
  const blocked = firstClosedFolder(dataDir)
  if (blocked === null) {
    return { ...server, identity: server, wrap: (command) => command, needsOverride: false }
  }
  const setpriv = SETPRIV.find((path) => existsSync(path))
  if (setpriv === undefined) {
    throw new AppError(
      'postgres-user',
      `the embedded Postgres runs as a user who may not pass ${blocked}; set ACCUEIL_DATA_DIR to a folder that others may pass, or run as an ordinary user`,
    )
  }
  const rights = ['--inh-caps=-all,+dac_override', '--ambient-caps=-all,+dac_override']
  const ids = [`--reuid=${server.uid}`, `--regid=${server.gid}`, '--clear-groups']
  return {
    ...server,
    identity: {},
    wrap: (command) => [setpriv, ...ids, ...rights, '--', ...command],
    needsOverride: true,
  }
}

function passwdEntry(name: string): { uid: number; gid: number } | null {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  return uid === undefined || gid === undefined ? null : { uid: Number(uid), gid: Number(gid) }
}

/** The folder on the way to `path` that others may not pass, or null. */
export function firstClosedFolder(path: string): string | null {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    accessSync(folder, constants.F_OK)
    if ((statSync(folder).mode & 0o001) === 0) return folder
    if (folder === dirname(folder)) return null
  }
}
