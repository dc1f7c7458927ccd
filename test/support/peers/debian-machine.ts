import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { eventually, must, run, start } from './process.ts'
import type { Finished, Running } from './process.ts'
import type { RunFolder } from './run-folder.ts'

/** A Debian 12 with systemd and Postgres, booted in namespaces of its own; what is done there is gone with it. */
export interface DebianMachine extends AsyncDisposable {
  /** Puts a file into /root there. */
  put(file: string): string
  /** As root, in all namespaces of the machine. */
  sh(script: string, timeoutMs?: number): Promise<Finished>
}

const BOOKWORM = {
  suite: 'bookworm',
  packages: ['ca-certificates', 'postgresql', 'systemd', 'systemd-sysv'],
}
const BOOT_MS = 120_000

export interface Debian {
  readonly suite: string
  /** Beside what every Debian has. Another list needs another name than `accueil-debian-SUITE`. */
  readonly packages: readonly string[]
}

/** The folder of an untouched Debian, made by debootstrap where it is not there yet. */
async function debianBase({ suite, packages }: Debian): Promise<string> {
  const base = join(tmpdir(), `accueil-debian-${suite}`)
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

export async function bootDebian(folder: RunFolder): Promise<DebianMachine> {
  const layer = await debianLayer(folder, BOOKWORM)
  const { root } = layer
  const machine = start(
    'debian',
    // No network but loopback: its ports are its own.
    ['systemd-nspawn', `-D${root}`, '--register=no', '--keep-unit', '--private-network', '-b'],
    { folder },
  )
  const sh = (script: string, timeoutMs = 120_000): Promise<Finished> =>
    run(['nsenter', '-t', String(init(machine)), '-a', '/bin/sh', '-c', script], { timeoutMs })
  const stop = async (): Promise<void> => {
    await machine.stop()
    await layer[Symbol.asyncDispose]()
  }
  try {
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
    [Symbol.asyncDispose]: stop,
  }
}

/** The one child of systemd-nspawn, as this machine sees it. */
function init({ pid }: Running): number | null {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return children === '' ? null : Number(children.split(' ')[0])
}
