import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually, run, start } from './process.ts'
import type { Running } from './process.ts'
import type { RunFolder } from './run-folder.ts'
import { startUnbound } from './unbound.ts'

/** A resolver of others that blocks these names, asks this upstream for all else, and uses one thread. */
export interface FilterPeer {
  readonly name: string
  start(folder: RunFolder, port: number, work: FilterWork): Promise<Running>
}

export interface FilterWork {
  /** Blocked with all below them. */
  readonly names: readonly string[]
  /** Port on 127.0.0.1. */
  readonly upstream: number
}

/** The filters that Debian has, each set up as its own documentation says it does this fastest. */
export const FILTER_PEERS: readonly FilterPeer[] = [
  {
    name: 'unbound, local-zone',
    start(folder, port, { names, upstream }) {
      const zones = names.map((name) => `local-zone: "${name}." always_nxdomain\n`).join('')
      const blocked = folder.write('unbound-blocked.conf', `server:\n${zones}`)
      const forward = folder.write(
        'unbound-forward.conf',
        `forward-zone:\n  name: "."\n  forward-addr: 127.0.0.1@${upstream}\n`,
      )
      return startUnbound(folder, port, [
        'num-threads: 1',
        'do-not-query-localhost: no',
        `include: "${blocked}"`,
        `include: "${forward}"`,
      ])
    },
  },
  {
    name: 'pdns-recursor, RPZ',
    start(folder, port, { names, upstream }) {
      const zone = folder.write('rpz.zone', rpzZone(names))
      const lua = folder.write(
        'recursor.lua',
        `rpzFile(${JSON.stringify(zone)}, { policyName = "bench" })\n`,
      )
      // It wants a folder with this very name in it.
      const own = folder.fresh('recursor')
      mkdirSync(own)
      writeFileSync(
        join(own, 'recursor.conf'),
        lines(
          'local-address=127.0.0.1',
          `local-port=${port}`,
          `forward-zones-recurse=.=127.0.0.1:${upstream}`,
          `lua-config-file=${lua}`,
          `socket-dir=${folder.path}`,
          'threads=1',
          'pdns-distributes-queries=no',
          'dnssec=off',
          'daemon=no',
          'disable-syslog=yes',
          'quiet=yes',
          'setuid=',
          'setgid=',
        ),
      )
      return ready(folder, port, 'pdns-recursor', ['pdns_recursor', `--config-dir=${own}`])
    },
  },
  {
    name: 'dnsdist, suffixes',
    start(folder, port, { names, upstream }) {
      const list = folder.write('dnsdist-names.txt', `${names.join('\n')}\n`)
      const settings = folder.write(
        'dnsdist.conf',
        lines(
          `setLocal('127.0.0.1:${port}')`,
          `newServer({ address = '127.0.0.1:${upstream}' }):setUp()`,
          'cache = newPacketCache(100000)',
          "getPool(''):setCache(cache)",
          'blocked = newSuffixMatchNode()',
          `for name in io.lines('${list}') do blocked:add(newDNSName(name)) end`,
          'addAction(SuffixMatchNodeRule(blocked), RCodeAction(DNSRCode.NXDOMAIN))',
        ),
      )
      return ready(folder, port, 'dnsdist', [
        'dnsdist',
        ...['--supervised', '--disable-syslog', '-C', settings],
      ])
    },
  },
  {
    name: 'dnsmasq, local',
    start(folder, port, { names, upstream }) {
      const blocked = folder.write(
        'dnsmasq-blocked.conf',
        names.map((name) => `local=/${name}/\n`).join(''),
      )
      return ready(folder, port, 'dnsmasq', [
        'dnsmasq',
        ...['--keep-in-foreground', '--conf-file=/dev/null', '--no-resolv', '--no-hosts'],
        ...['--listen-address=127.0.0.1', '--bind-interfaces', '--user=root', '--pid-file='],
        ...[`--port=${port}`, `--server=127.0.0.1#${upstream}`, `--conf-file=${blocked}`],
        ...['--cache-size=10000', '--dns-forward-max=10000'],
      ])
    },
  },
  {
    name: 'knot-resolver, RPZ',
    start(folder, port, { names, upstream }) {
      const zone = folder.write('kresd.rpz', rpzZone(names))
      const settings = folder.write(
        'kresd.conf',
        lines(
          `net.listen('127.0.0.1', ${port}, { kind = 'dns' })`,
          "modules.unload('ta_update')",
          'trust_anchors.remove(".")',
          'cache.size = 64 * MB',
          `policy.add(policy.rpz(policy.DENY, '${zone}'))`,
          `policy.add(policy.all(policy.STUB('127.0.0.1@${upstream}')))`,
        ),
      )
      const own = folder.fresh('kresd-run')
      mkdirSync(own)
      return ready(folder, port, 'kresd', ['kresd', '-n', '-c', settings, own])
    },
  },
]

function rpzZone(names: readonly string[]): string {
  const head =
    '$TTL 60\n$ORIGIN rpz.\n@ SOA localhost. root.localhost. 1 3600 600 86400 60\n@ NS localhost.\n'
  return head + names.map((name) => `${name} CNAME .\n*.${name} CNAME .\n`).join('')
}

async function ready(
  folder: RunFolder,
  port: number,
  name: string,
  command: readonly string[],
): Promise<Running> {
  const running = start(name, command, { folder })
  await eventually(
    `${name} answers`,
    async () => {
      if (!running.alive()) throw new Error(`${name} ended:\n${running.output()}`)
      const asked = ['dig', '+time=1', '+tries=1', '-p', `${port}`, '@127.0.0.1', 'localhost']
      return (await run(asked)).code === 0
    },
    240_000,
  )
  return running
}

function lines(...all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join('')
}
