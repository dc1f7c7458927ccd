import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { must, run } from './process.ts'

const PREFIX = 'accueil-'
const SETTINGS = '/etc/netns'

/** A network namespace of this run: a phone, a place's gateway, the internet. */
export interface Namespace extends AsyncDisposable {
  readonly name: string
}

export async function createNamespace(
  role: string,
  { nameserver }: { readonly nameserver?: string } = {},
): Promise<Namespace> {
  const name = `${PREFIX}${process.pid}-${role}`
  await removeNamespace(name)
  if (nameserver !== undefined) {
    // `ip netns exec` puts what is in this folder over /etc.
    mkdirSync(join(SETTINGS, name), { recursive: true })
    writeFileSync(join(SETTINGS, name, 'resolv.conf'), `nameserver ${nameserver}\n`)
  }
  await must(['ip', 'netns', 'add', name])
  await must(['ip', '-n', name, 'link', 'set', 'lo', 'up'])
  return { name, [Symbol.asyncDispose]: () => removeNamespace(name) }
}

export interface End {
  /** null is the namespace the suite itself runs in. */
  readonly namespace: Namespace | null
  readonly device: string
  readonly address?: string
  readonly mac?: string
}

/** A cable with an end in each namespace. It vanishes with either of them. */
export async function connect(a: End, b: End): Promise<void> {
  const [first, second] = [temporaryName('a'), temporaryName('b')]
  await must(['ip', 'link', 'add', first, 'type', 'veth', 'peer', 'name', second])
  await placeEnd(first, a)
  await placeEnd(second, b)
}

async function placeEnd(device: string, end: End): Promise<void> {
  const at = end.namespace === null ? [] : ['-n', end.namespace.name]
  if (end.namespace) await must(['ip', 'link', 'set', device, 'netns', end.namespace.name])
  await must(['ip', ...at, 'link', 'set', device, 'name', end.device])
  if (end.mac) await must(['ip', ...at, 'link', 'set', end.device, 'address', end.mac])
  if (end.address) await must(['ip', ...at, 'address', 'add', end.address, 'dev', end.device])
  await must(['ip', ...at, 'link', 'set', end.device, 'up'])
}

let cables = 0
function temporaryName(end: string): string {
  return `acc${process.pid % 100_000}${end}${cables++}`
}

/** A device name of at most 15 characters for an end in the suite's own namespace. */
export function hostDevice(role: string): string {
  return `acc${process.pid % 100_000}${role}`.slice(0, 15)
}

/** Lanes of the suite look at the same moment: each begins so many further. */
const NETWORKS_A_LANE = 40

/** The first /30 of 10.213.x.0/24 that no interface of this machine uses, for an uplink. */
export function freeUplink(firstThirdOctet: number): {
  readonly ours: string
  readonly gateway: string
} {
  const taken = Object.values(networkInterfaces())
    .flat()
    .map((one) => one?.address ?? '')
  const first = firstThirdOctet + NETWORKS_A_LANE * Number(process.env['INTEROP_LANE'] ?? 0)
  for (let third = first; third < first + NETWORKS_A_LANE; third++) {
    if (!taken.some((address) => address.startsWith(`10.213.${third}.`))) {
      return { ours: `10.213.${third}.1`, gateway: `10.213.${third}.2` }
    }
  }
  throw new Error('no free network for an uplink in 10.213.0.0/16')
}

async function removeNamespace(name: string): Promise<void> {
  rmSync(join(SETTINGS, name), { recursive: true, force: true })
  const inside = await run(['ip', 'netns', 'pids', name])
  if (inside.code !== 0) return
  for (const pid of inside.stdout.split('\n').filter(Boolean)) {
    try {
      process.kill(Number(pid), 'SIGKILL')
    } catch {
      // It ended meanwhile.
    }
  }
  for (let tries = 0; tries < 20; tries++) {
    const removed = await run(['ip', 'netns', 'delete', name])
    if (removed.code === 0) return
    await sleep(100)
  }
  throw new Error(`network namespace ${name} could not be removed`)
}

/** Removes this process's namespaces and those of runs that are over, with what runs inside. */
export async function sweepNamespaces(): Promise<void> {
  const listed = await run(['ip', 'netns', 'list'])
  for (const line of listed.stdout.split('\n')) {
    const [name = ''] = line.split(' ')
    const owner = Number(/^accueil-(\d+)-/.exec(name)?.[1])
    if (owner === process.pid || (owner > 0 && !isSuite(owner))) await removeNamespace(name)
  }
}

function isSuite(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('test/')
  } catch {
    return false
  }
}
