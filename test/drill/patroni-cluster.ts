import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { connect, createNamespace, freeUplink, hostDevice } from '../support/peers/namespaces.ts'
import type { Namespace } from '../support/peers/namespaces.ts'
import { eventually, must, repository, run, start } from '../support/peers/process.ts'
import type { Running } from '../support/peers/process.ts'
import type { RunFolder } from '../support/peers/run-folder.ts'

/**
 * Three machines with etcd, Patroni and Postgres, and one with HAProxy, each a network namespace on one
 * bridge, from the files of deploy/patroni/ as they are.
 */
export interface PatroniCluster extends AsyncDisposable {
  /** Through HAProxy, as the superuser. */
  readonly url: string
  leader(): Promise<string>
  /** Those that stream from the leader; first the one that writes are waited for. */
  replicas(): Promise<readonly string[]>
  /** As when its power goes: Postgres, Patroni and etcd. */
  kill(name: string): Promise<void>
  /** Starts what a machine starts when it boots. */
  boot(name: string): void
  cut(name: string): Promise<void>
  mend(name: string): Promise<void>
  /** Leaves no block on the disk that Postgres has there. */
  fillDisk(name: string): Promise<void>
  emptyDisk(name: string): void
  said(name: string): string
}

export const PATRONI_PEERS = [
  ['ip', 'iproute2'],
  ['/usr/lib/postgresql/15/bin/postgres', 'postgresql-15'],
  ['patroni', 'patroni'],
  ['etcd', 'etcd-server'],
  ['haproxy', 'haproxy'],
] as const

const NODES = ['pg1', 'pg2', 'pg3'] as const
const DEPLOYED = join(repository, 'deploy/patroni')
const PASSWORDS = {
  PATRONI_SUPERUSER_PASSWORD: 'superuser-of-the-drill',
  PATRONI_REPLICATION_PASSWORD: 'replicator-of-the-drill',
  PATRONI_REWIND_PASSWORD: 'rewinder-of-the-drill',
} as const
const DISK_MB = 1500
const BOOT_MS = 240_000

export async function startPatroni(folder: RunFolder): Promise<PatroniCluster> {
  const stack = new AsyncDisposableStack()
  try {
    const subnet = freeUplink(120).ours.replace(/\.1$/, '')
    const lan = stack.use(await createNamespace('lan'))
    await must(['ip', '-n', lan.name, 'link', 'add', 'bridge', 'type', 'bridge'])
    await must(['ip', '-n', lan.name, 'link', 'set', 'bridge', 'up'])
    const hosts = NODES.map((name, i) => `${subnet}.${11 + i} ${name}\n`).join('')
    const machines = new Map<string, Namespace>()
    for (const [i, name] of [...NODES, 'proxy'].entries()) {
      const machine = stack.use(await createNamespace(name, { nameserver: '127.0.0.1' }))
      // `ip netns exec` puts it over /etc/hosts: the names of the files are those machines.
      writeFileSync(join('/etc/netns', machine.name, 'hosts'), `127.0.0.1 localhost\n${hosts}`)
      await plug(
        lan,
        { namespace: machine, device: 'eth0', address: `${subnet}.${11 + i}/24` },
        name,
      )
      machines.set(name, machine)
    }
    const ours = { namespace: null, device: hostDevice('pg'), address: `${subnet}.1/24` }
    await plug(lan, ours, 'suite')
    const disks = new Map<string, string>()
    const etcd = new Map<string, string>()
    for (const name of NODES) {
      disks.set(name, await createDisk(folder, name, stack))
      // Not on the disk of Postgres: who is full must still be able to say who leads.
      etcd.set(name, folder.fresh(`etcd-${name}`))
    }
    const running = new Map<string, Running[]>()
    const boot = (name: string): void => {
      const folders = [disks.get(name) ?? '', etcd.get(name) ?? ''] as const
      running.set(name, bootNode(folder, name, machines.get(name), folders))
    }
    stack.defer(async () => {
      for (const one of [...running.values()].flat()) await one.stop('SIGKILL')
    })
    for (const name of NODES) boot(name)
    const proxy = start('haproxy', ['haproxy', '-f', join(DEPLOYED, 'haproxy.cfg'), '-db'], {
      folder,
      namespace: machines.get('proxy')?.name,
    })
    stack.use(proxy)

    const members = async (): Promise<readonly Member[]> => {
      for (const [i] of NODES.entries()) {
        try {
          const at = `http://${subnet}.${11 + i}:8008/cluster`
          const answer = await fetch(at, { signal: AbortSignal.timeout(2000) })
          return clusterSchema.parse(await answer.json()).members
        } catch {
          // That one is the one that is broken: the next is asked.
        }
      }
      return []
    }
    const one = async (role: readonly string[]): Promise<readonly string[]> =>
      (await members()).filter((m) => role.includes(m.role) && isUp(m)).map((m) => m.name)
    await eventually(
      () =>
        `Patroni has a leader and two replicas:\n${running.get('pg1')?.[1]?.output().slice(-3000)}`,
      async () => (await one(['replica', 'sync_standby'])).length === 2,
      BOOT_MS,
    )
    const cluster = `postgres://postgres:${PASSWORDS.PATRONI_SUPERUSER_PASSWORD}@${subnet}.14:5000`
    const cable = (name: string): string => `to-${name}`
    const balast = (name: string): string => join(disks.get(name) ?? '', 'balast')
    const disposal = stack.move()
    return {
      url: `${cluster}/postgres`,
      leader: () =>
        eventually('a leader', async () => (await one(['leader', 'master']))[0], BOOT_MS),
      async replicas() {
        return [...(await one(['sync_standby'])), ...(await one(['replica']))]
      },
      async kill(name) {
        const pids = await must(['ip', 'netns', 'pids', machines.get(name)?.name ?? ''])
        for (const pid of pids.split('\n').filter(Boolean)) await run(['kill', '-KILL', pid])
        for (const each of running.get(name) ?? []) await each.stop('SIGKILL')
      },
      boot,
      cut: async (name) =>
        void (await must(['ip', '-n', lan.name, 'link', 'set', cable(name), 'down'])),
      mend: async (name) =>
        void (await must(['ip', '-n', lan.name, 'link', 'set', cable(name), 'up'])),
      async fillDisk(name) {
        // Until there is no room: that dd ends with an error is what was wanted.
        await run(['dd', 'if=/dev/zero', `of=${balast(name)}`, 'bs=1M'])
      },
      emptyDisk: (name) => rmSync(balast(name), { force: true }),
      said: (name) => running.get(name)?.[1]?.output() ?? '',
      [Symbol.asyncDispose]: () => disposal.disposeAsync(),
    }
  } catch (thrown) {
    await stack.disposeAsync()
    throw thrown
  }
}

async function plug(
  lan: Namespace,
  far: { readonly namespace: Namespace | null; readonly device: string; readonly address: string },
  name: string,
): Promise<void> {
  await connect({ namespace: lan, device: `to-${name}` }, far)
  await must(['ip', '-n', lan.name, 'link', 'set', `to-${name}`, 'master', 'bridge'])
}

/** A disk of its own for each Postgres, that can be filled. */
async function createDisk(
  folder: RunFolder,
  name: string,
  stack: AsyncDisposableStack,
): Promise<string> {
  const disk = folder.fresh(`disk-${name}`)
  mkdirSync(disk)
  await must(['mount', '-t', 'tmpfs', '-o', `size=${DISK_MB}m,mode=755`, 'tmpfs', disk])
  stack.defer(async () => void (await must(['umount', '-l', disk])))
  await must(['chown', 'postgres:postgres', disk])
  return disk
}

function bootNode(
  folder: RunFolder,
  name: string,
  machine: Namespace | undefined,
  folders: readonly [disk: string, etcd: string],
): Running[] {
  const options = { folder, namespace: machine?.name }
  const etcd = start(`etcd-${name}`, inFolders(folders, ['etcd']), {
    ...options,
    env: settings('etcd.env.example', name),
  })
  const patroni = start(
    `patroni-${name}`,
    inFolders(folders, [
      'setpriv',
      ...['--reuid', 'postgres', '--regid', 'postgres', '--init-groups'],
      ...['patroni', join(DEPLOYED, 'patroni.yaml')],
    ]),
    {
      ...options,
      env: { ...settings('node.env.example', name), ...PASSWORDS, HOME: '/var/lib/postgresql' },
    },
  )
  return [etcd, patroni]
}

/** The namespace has its own view of mounts: the folders of the files are those of this machine alone. */
function inFolders(
  [disk, etcd]: readonly [disk: string, etcd: string],
  command: readonly string[],
): readonly string[] {
  const script = [
    'set -e',
    `mkdir -p /var/lib/etcd /var/run/postgresql ${etcd}`,
    `mount --bind ${disk} /var/lib/postgresql`,
    `mount --bind ${etcd} /var/lib/etcd`,
    'mount -t tmpfs -o mode=777 tmpfs /var/run/postgresql',
    'mkdir -p /var/lib/postgresql/15 && chown postgres: /var/lib/postgresql/15',
    'exec "$@"',
  ].join('\n')
  return ['sh', '-c', script, 'sh', ...command]
}

/** An example file for pg1, read for the machine of that name. */
function settings(file: string, name: string): Readonly<Record<string, string>> {
  const lines = readFileSync(join(DEPLOYED, file), 'utf8').split('\n')
  return Object.fromEntries(
    lines
      .filter((line) => /^[A-Z]/.test(line))
      .map((line) => {
        const at = line.indexOf('=')
        const key = line.slice(0, at)
        const value = line.slice(at + 1)
        return [key, key === 'ETCD_INITIAL_CLUSTER' ? value : value.replaceAll('pg1', name)]
      }),
  )
}

interface Member {
  readonly name: string
  readonly role: string
  readonly state: string
}

function isUp({ state }: Member): boolean {
  return ['running', 'streaming'].includes(state)
}

const clusterSchema = z.object({
  members: z.array(z.object({ name: z.string(), role: z.string(), state: z.string() })),
})
