import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { eventually, must, run, start } from './process.ts'
import type { Finished, Running } from './process.ts'
import type { RunFolder } from './run-folder.ts'

/** A Debian 12 with systemd, booted in namespaces of its own; what is done there is gone with it. */
export interface DebianMachine extends AsyncDisposable {
  /** Puts a file or a folder into /root there. */
  put(file: string): string
  /** As root, in all namespaces of the machine. */
  sh(script: string, timeoutMs?: number): Promise<Finished>
  /** Without a word to it, as when the power goes; what it had on its disk is there again. */
  powerCycle(whileOff: () => Promise<void>): Promise<void>
}

const SYSTEMD = ['systemd', 'systemd-sysv'] as const

/** For the server: what a person is told to install beside our package. */
export const SERVER: Debian = {
  suite: 'bookworm',
  packages: ['ca-certificates', 'postgresql', ...SYSTEMD],
}

const BOOT_MS = 120_000

export interface Debian {
  readonly suite: string
  /** Beside what every Debian has. */
  readonly packages: readonly string[]
  /** Tells it apart from one of the same suite with other packages. */
  readonly role?: string
}

/** The folder of an untouched Debian, made by debootstrap where it is not there yet. */
async function debianBase({ suite, packages, role }: Debian): Promise<string> {
  const base = join(tmpdir(), `accueil-debian-${suite}${role === undefined ? '' : `-${role}`}`)
  if (existsSync(base)) return base
  const draft = `${base}.${process.pid}`
  try {
    const command = ['debootstrap', '--variant=minbase', `--include=${packages.join()}`, suite]
    await must([...command, draft, 'http://deb.debian.org/debian'], { timeoutMs: 15 * 60_000 })
    renameSync(draft, base)
  } catch (thrown) {
    rmSync(draft, { recursive: true, force: true })
    throw thrown
  }
  return base
}

/** A writable layer over it, that vanishes. */
export async function debianLayer(
  folder: RunFolder,
  debian: Debian,
): Promise<AsyncDisposable & { readonly root: string }> {
  const base = await debianBase(debian)
  const layer = folder.fresh('debian')
  const parts = ['upper', 'work', 'root'].map((part) => join(layer, part))
  const [upper = '', work = '', root = ''] = parts
  for (const part of parts) mkdirSync(part, { recursive: true })
  const options = `lowerdir=${base},upperdir=${upper},workdir=${work}`
  await must(['mount', '-t', 'overlay', 'overlay', '-o', options, root])
  return {
    root,
    async [Symbol.asyncDispose]() {
      await must(['umount', root])
      rmSync(layer, { recursive: true, force: true })
    },
  }
}

/** `namespace`: of the network, with its devices; without one there is none but loopback, whose ports are its own. */
export async function bootDebian(
  folder: RunFolder,
  debian: Debian,
  namespace?: string,
): Promise<DebianMachine> {
  const layer = await debianLayer(folder, debian)
  const { root } = layer
  // Begun in a namespace it takes that one for the machine's own, and leaves its settings to be written.
  const [enter, network] =
    namespace === undefined
      ? [[], '--private-network']
      : [['nsenter', `--net=/run/netns/${namespace}`], '--capability=CAP_NET_ADMIN']
  const command = ['systemd-nspawn', `-D${root}`, '--register=no', '--keep-unit', network, '-b']
  const env = { SYSTEMD_NSPAWN_API_VFS_WRITABLE: 'network' }
  const boot = (): Running => start('debian', [...enter, ...command], { folder, env })
  let machine = boot()
  const sh = (script: string, timeoutMs = 120_000): Promise<Finished> =>
    run(['nsenter', '-t', String(init(machine)), '-a', '/bin/sh', '-c', script], { timeoutMs })
  const stop = async (): Promise<void> => {
    await machine.stop()
    await layer[Symbol.asyncDispose]()
  }
  const booted = async (): Promise<void> => {
    await eventually(
      () => `Debian has booted; it said:\n${machine.output().slice(-2000)}`,
      async () => {
        if (!machine.alive()) throw new Error(machine.output())
        if (init(machine) === null) return false
        const { stdout } = await sh('systemctl is-system-running')
        return ['running', 'degraded'].includes(stdout.trim())
      },
      BOOT_MS,
    )
  }
  try {
    await booted()
  } catch (thrown) {
    await stop()
    throw thrown
  }
  return {
    put(file) {
      const name = basename(file)
      cpSync(file, join(root, 'root', name), { recursive: true })
      return `/root/${name}`
    },
    sh,
    async powerCycle(whileOff) {
      // All processes of the machine end with its first.
      process.kill(init(machine) ?? machine.pid, 'SIGKILL')
      await machine.exited
      await machine.stop()
      await whileOff()
      machine = boot()
      await booted()
    },
    [Symbol.asyncDispose]: stop,
  }
}

/** The one child of systemd-nspawn, as this machine sees it. */
function init({ pid }: Running): number | null {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return children === '' ? null : Number(children.split(' ')[0])
}
