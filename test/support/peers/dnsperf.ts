import { must } from './process.ts'

export interface DnsLoad {
  readonly answers: number
  readonly perSecond: number
  readonly lost: number
  readonly refusedNames: number
  /** With the code NOERROR, whatever they hold. */
  readonly answeredNames: number
  /** SERVFAIL. */
  readonly failedNames: number
}

export interface DnsLatency {
  readonly p50: number
  readonly p99: number
}

interface Target {
  readonly port: number
  readonly queries: string
  readonly seconds: number
  /** Where they are asked from. */
  readonly from?: string
  /** Whoever asks has this core and no other. */
  readonly core?: number
}

/** As many queries as the server takes, 200 outstanding; or so many a second. */
export async function dnsLoad(
  { port, queries, seconds, from = '127.0.0.1', core }: Target,
  perSecond?: number,
): Promise<DnsLoad> {
  const command = `dnsperf -s 127.0.0.1 -a ${from} -p ${port} -d ${queries} -l ${seconds} -c 8 -q 200`
  const rate = perSecond === undefined ? [] : ['-Q', `${perSecond}`]
  const output = await must([...onCore(core), ...command.split(' '), ...rate], {
    timeoutMs: (seconds + 60) * 1000,
  })
  const number = (pattern: RegExp): number => Number(pattern.exec(output)?.[1] ?? Number.NaN)
  return {
    answers: number(/Queries completed:\s+(\d+)/),
    perSecond: number(/Queries per second:\s+([\d.]+)/),
    lost: number(/Queries lost:\s+(\d+)/),
    refusedNames: number(/NXDOMAIN (\d+)/),
    answeredNames: number(/NOERROR (\d+)/),
    // A code that did not come is not printed.
    failedNames: Number(/SERVFAIL (\d+)/.exec(output)?.[1] ?? 0),
  }
}

/**
 * The time of each answer at a steady rate, in milliseconds: of the middle one of so many parts of the time, so that
 * what the machine had to do beside it in one of them is not taken for the server's.
 */
export async function dnsLatency(
  { port, queries, seconds, from = '127.0.0.1', core }: Target,
  perSecond: number,
  parts = 1,
): Promise<DnsLatency> {
  const command = `dnsperf -s 127.0.0.1 -a ${from} -p ${port} -d ${queries} -l ${seconds} -c 8 -q 200 -v`
  const words = [...onCore(core), ...command.split(' '), '-Q', `${perSecond}`]
  const output = await must(words, { timeoutMs: (seconds + 60) * 1000 })
  const times = [...output.matchAll(/^> .* ([\d.]+)$/gm)].map(([, time]) => Number(time) * 1000)
  const length = Math.ceil(times.length / parts)
  const cut = Array.from({ length: parts }, (_, i) => times.slice(i * length, (i + 1) * length))
  const middle = (share: number): number =>
    quantile(
      cut.map((part) => quantile(part, share)),
      0.5,
    )
  return { p50: middle(0.5), p99: middle(0.99) }
}

function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN
}

function onCore(core: number | undefined): readonly string[] {
  return core === undefined ? [] : ['taskset', '-c', `${core}`]
}
