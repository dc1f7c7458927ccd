import { join } from 'node:path'
import { freePort } from './free-ports.ts'
import { eventually, repository, run, start } from './process.ts'
import type { Exit, Finished, Running } from './process.ts'
import type { RunFolder } from './run-folder.ts'

export interface Ports {
  readonly http: number
  readonly metrics: number
  readonly radius: number
  readonly radiusAcct: number
  readonly radsec: number
  readonly dns: number
  /** Where the product was given a certificate. */
  readonly dnsOverTls: number
  readonly dnsOverHttps: number
}

/** One row of `logs search --json`. */
export interface LogRow {
  readonly sessionId: string
  readonly site: string
  readonly gateway: string
  readonly network: string
  readonly mac: string | null
  readonly user: string | null
  readonly ip: string | null
  readonly ipv6: string | null
  readonly publicIp: string | null
  readonly publicPorts: unknown
  readonly start: string
  readonly stop: string | null
  readonly cause: string | null
}

/** The product, started as its users do and told everything through its environment. */
export interface Product extends AsyncDisposable {
  readonly ports: Ports
  readonly dataDir: string
  readonly portalUrl: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** The process of the latest start. */
  running(): Running
  /** Starts it and waits for its first screen and for /readyz. */
  start(): Promise<void>
  /** Starts it and does not wait. */
  launch(): Running
  /** Resolves when /readyz says 200. */
  ready(ms?: number): Promise<void>
  stop(signal?: NodeJS.Signals): Promise<Exit>
  /** `npx accueil …` in the same environment. */
  command(...args: readonly string[]): Promise<Finished>
  searchLogs(...query: readonly string[]): Promise<readonly LogRow[]>
}

/** On a quiet machine five; where others work too, much more. */
const START_MS = 180_000

export async function createProduct(
  folder: RunFolder,
  options: {
    readonly upstream: string
    readonly env?: Readonly<Record<string, string | undefined>>
    /** Files for DNS over TLS and HTTPS. */
    readonly dnsTls?: { readonly certificate: string; readonly key: string }
    readonly dataDir?: string
    /** Of the process; absent: all of them. */
    readonly roles?: readonly string[]
    /** Whose place it takes: the same ports and data folder; that one must have been stopped. */
    readonly insteadOf?: Product
    /** Another version's main.ts. */
    readonly program?: string
    /** A network namespace that it is in, with its commands. */
    readonly namespace?: string
  },
): Promise<Product> {
  const program = [process.execPath, options.program ?? join(repository, 'main.ts')]
  const { namespace } = options
  const ports: Ports = options.insteadOf?.ports ?? {
    http: await freePort(),
    metrics: await freePort(),
    radius: await freePort(),
    radiusAcct: await freePort(),
    radsec: await freePort(),
    dns: await freePort(),
    dnsOverTls: await freePort(),
    dnsOverHttps: await freePort(),
  }
  const dataDir = options.insteadOf?.dataDir ?? options.dataDir ?? folder.fresh('data')
  const portalUrl = `http://127.0.0.1:${ports.http}`
  const env = {
    ...withoutSettings(process.env),
    ACCUEIL_DATA_DIR: dataDir,
    ACCUEIL_PUBLIC_URL: portalUrl,
    ACCUEIL_HTTP_LISTEN: `0.0.0.0:${ports.http}`,
    ACCUEIL_METRICS_LISTEN: `127.0.0.1:${ports.metrics}`,
    ACCUEIL_RADIUS_LISTEN: `0.0.0.0:${ports.radius}`,
    ACCUEIL_RADIUS_ACCT_LISTEN: `0.0.0.0:${ports.radiusAcct}`,
    ACCUEIL_RADSEC_LISTEN: `0.0.0.0:${ports.radsec}`,
    ACCUEIL_DNS_LISTEN: `0.0.0.0:${ports.dns}`,
    ACCUEIL_DNS_UPSTREAM: options.upstream,
    ...dnsTls(ports, options.dnsTls),
    ACCUEIL_DEMO: '0',
    // The suites run with either layer, whichever the caller names.
    ACCUEIL_UDP_LAYER: process.env['ACCUEIL_UDP_LAYER'],
    ...options.env,
  }
  let current: Running | null = null
  const running = (): Running => {
    if (current === null) throw new Error('the product was not started')
    return current
  }
  const launch = (): Running => {
    current = start('product', [...program, 'start', ...(options.roles ?? [])], {
      folder,
      env,
      namespace,
    })
    return current
  }
  const command = (...args: readonly string[]): Promise<Finished> =>
    run([...program, ...args], { env, namespace })
  const ready = async (ms = START_MS): Promise<void> => {
    let said = 'nothing'
    const look = async (): Promise<boolean> => {
      if (!running().alive()) throw new Error(`the product ended:\n${running().output()}`)
      try {
        const { status, text } = await askReadiness(ports.metrics, namespace)
        said = text
        return status === 200
      } catch {
        return false
      }
    }
    await eventually(() => `the product is ready; /readyz says ${said}`, look, ms)
  }
  return {
    ports,
    dataDir,
    portalUrl,
    env,
    running,
    ready,
    command,
    launch,
    async start() {
      await launch().printed(/Accueil is ready/, START_MS)
      await ready()
    },
    async stop(signal) {
      return running().stop(signal)
    },
    async searchLogs(...query) {
      const asked = ['logs', 'search', ...query, '--reason', 'test', '--json']
      const done = await command(...asked)
      if (done.code !== 0) throw new Error(`accueil ${asked.join(' ')}:\n${done.stderr}`)
      const lines = done.stdout.split('\n').filter((line) => line !== '')
      return lines.map((line) => JSON.parse(line) as LogRow)
    },
    async [Symbol.asyncDispose]() {
      if (current !== null) await current.stop()
    },
  }
}

async function askReadiness(
  port: number,
  namespace: string | undefined,
): Promise<{ readonly status: number; readonly text: string }> {
  const url = `http://127.0.0.1:${port}/readyz`
  if (namespace !== undefined) {
    const asked = ['curl', '-s', '-m', '2', '-w', '%{stderr}%{http_code}', url]
    const { stdout, stderr } = await run(asked, { namespace })
    return { status: Number(stderr), text: stdout }
  }
  const response = await fetch(url, { signal: AbortSignal.timeout(2000) })
  return { status: response.status, text: await response.text() }
}

function dnsTls(
  { dnsOverTls, dnsOverHttps }: Ports,
  files: { readonly certificate: string; readonly key: string } | undefined,
): Readonly<Record<string, string>> {
  if (files === undefined) return {}
  return {
    ACCUEIL_DNS_TLS_CERT: files.certificate,
    ACCUEIL_DNS_TLS_KEY: files.key,
    ACCUEIL_DNS_DOT_LISTEN: `0.0.0.0:${dnsOverTls}`,
    ACCUEIL_DNS_DOH_LISTEN: `0.0.0.0:${dnsOverHttps}`,
  }
}

/** The environment of a newcomer: none of our variables set. */
function withoutSettings(env: NodeJS.ProcessEnv): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.keys(env)
      .filter((name) => name.startsWith('ACCUEIL_') || name === 'DATABASE_URL')
      .map((name) => [name, undefined]),
  )
}
