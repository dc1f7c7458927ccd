import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'
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
}

/** As many queries as the server takes, 200 outstanding; or so many a second. */
export async function dnsLoad(
  { port, queries, seconds, from = '127.0.0.1' }: Target,
  perSecond?: number,
): Promise<DnsLoad> {
  const command = `dnsperf -s 127.0.0.1 -a ${from} -p ${port} -d ${queries} -l ${seconds} -c 8 -q 200`
  const rate = perSecond === undefined ? [] : ['-Q', `${perSecond}`]
  const output = await must([...command.split(' '), ...rate], { timeoutMs: (seconds + 60) * 1000 })
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
 * The time of each answer at a steady rate, in milliseconds. They are written to a file and read afterwards: whoever
 * reads along would take turns with the server, and dnsperf would wait for it.
 */
export async function dnsLatency(
  { port, queries, seconds, from = '127.0.0.1' }: Target,
  perSecond: number,
): Promise<DnsLatency> {
  const file = `${queries}.times`
  const command = `dnsperf -s 127.0.0.1 -a ${from} -p ${port} -d ${queries} -l ${seconds} -c 8 -q 200 -v`
  const words = [...command.split(' '), '-Q', `${perSecond}`]
  await must(['sh', '-c', 'exec "$@" >"$0"', file, ...words], {
    timeoutMs: (seconds + 60) * 1000,
  })
  const sorted = Float64Array.from(await timesIn(file)).sort()
  await rm(file)
  const quantile = (share: number): number =>
    sorted[Math.floor(sorted.length * share)] ?? Number.NaN
  return { p50: quantile(0.5), p99: quantile(0.99) }
}

/** Of lines as `> NOERROR name A 0.000270`. */
async function timesIn(file: string): Promise<readonly number[]> {
  const times: number[] = []
  for await (const line of createInterface(createReadStream(file))) {
    if (line.startsWith('> ')) times.push(Number(line.slice(line.lastIndexOf(' '))) * 1000)
  }
  return times
}
