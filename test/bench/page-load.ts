import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { get } from 'node:http'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { readForm } from '../support/peers/guest.ts'
import { cpuSeconds } from './cpu.ts'

/** What is asked of a web server; a file of JSON, as this is a process of its own. */
export interface PageLoad {
  readonly host: string
  readonly port: number
  /** Asked for in turn. */
  readonly paths: readonly string[]
  /** `page` gets each; `accept` gets each once before the clock starts, and then posts its form. */
  readonly kind: 'page' | 'accept'
  /** Connections, each from one of these addresses in turn; null: from whichever. */
  readonly connections: number
  readonly sources: readonly string[] | null
  /** Null: each connection asks as soon as it is answered. */
  readonly perSecond: number | null
  readonly seconds: number
  /** What a right answer begins with, and what must be in it. */
  readonly status: number
  readonly holds: string
  /** The processes whose CPU time is measured, with all below them. */
  readonly servers: readonly number[]
}

/** What it saw; one JSON line on stdout. Times in milliseconds. */
export interface PageLoadResult {
  readonly answers: number
  readonly seconds: number
  readonly cpuSeconds: number
  readonly p50: number
  readonly p99: number
  readonly lost: number
  readonly wrong: number
  /** Of one answer, head and body. */
  readonly bytes: number
}

const LOST_MS = 3_000

interface Line {
  readonly source: string | null
  socket: Socket
  received: Buffer[]
  request: Buffer
  /** When it should have been asked; null: nothing is asked. */
  since: number | null
}

async function runLoad(load: PageLoad): Promise<PageLoadResult> {
  const latencies: number[] = []
  const idle: Line[] = []
  let [asked, wrong, bytes] = [0, 0, 0]
  let finished: (line: Line) => void = (line) => idle.push(line)

  function done(line: Line, answer: Buffer): void {
    const { since } = line
    line.since = null
    line.received = []
    if (since === null) return
    latencies.push(performance.now() - since)
    bytes = answer.length
    const isRight =
      answer.subarray(0, 12).toString('latin1').endsWith(` ${load.status}`) &&
      answer.includes(load.holds)
    if (!isRight) wrong += 1
    if (closesAfter(answer)) renew(line)
    finished(line)
  }
  function renew(line: Line): void {
    const former = line.socket
    former.removeAllListeners('close')
    former.destroy()
    line.socket = open(load, line.source)
    listen(line)
  }
  function listen(line: Line): void {
    const { socket } = line
    socket.setNoDelay(true)
    socket.on('data', (chunk) => {
      line.received.push(chunk)
      const whole = line.received.length === 1 ? chunk : Buffer.concat(line.received)
      line.received = [whole]
      if (isWhole(whole)) done(line, whole)
    })
    socket.on('error', () => {})
    // A server may end its answer, or a connection that it is done with, by closing it.
    socket.on('close', () => {
      const [answer] = line.received
      if (line.since !== null && answer !== undefined) return done(line, answer)
      renew(line)
      // Closed just as it was asked again: that is no answer, and browsers ask once more too.
      if (line.since !== null) line.socket.write(line.request)
    })
  }

  const forms = load.kind === 'accept' ? await formsOf(load) : null
  const requests = load.paths.map((path, i) => Buffer.from(request(load, path, forms?.[i])))
  const lines: Line[] = Array.from({ length: load.connections }, (_, i) => {
    const source = load.sources?.[i % load.sources.length] ?? null
    return {
      source,
      socket: open(load, source),
      received: [],
      request: Buffer.alloc(0),
      since: null,
    }
  })
  await Promise.all(lines.map(({ socket }) => once(socket, 'connect')))
  for (const line of lines) listen(line)

  const send = (line: Line, since: number): void => {
    const next = requests[asked % requests.length]
    asked += 1
    line.since = since
    if (next === undefined) return
    line.request = next
    line.socket.write(next)
  }
  const cpuBefore = cpuSeconds(load.servers)
  const began = performance.now()
  const end = began + load.seconds * 1000
  if (load.perSecond === null) {
    finished = (line) => {
      const now = performance.now()
      if (now < end) send(line, now)
    }
    for (const line of lines) send(line, began)
    await sleep(load.seconds * 1000)
  } else {
    idle.push(...lines)
    const gap = 1000 / load.perSecond
    let due = began
    for (;;) {
      // From when it was due and not from when it could be sent: a slow answer delays those behind it.
      const now = Math.min(performance.now(), end)
      for (; due <= now && idle.length > 0; due += gap) {
        const line = idle.shift()
        if (line !== undefined) send(line, due)
      }
      // After what was due in the last millisecond too.
      if (now === end) break
      await sleep(1)
    }
  }
  const seconds = (performance.now() - began) / 1000
  for (const limit = performance.now() + LOST_MS; performance.now() < limit; await sleep(10))
    if (latencies.length >= asked) break
  const cpu = cpuSeconds(load.servers) - cpuBefore
  const sorted = latencies.toSorted((a, b) => a - b)
  const quantile = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0
  return {
    ...{ answers: latencies.length, seconds, cpuSeconds: cpu },
    ...{ p50: quantile(0.5), p99: quantile(0.99) },
    ...{ lost: wanted(asked, load) - latencies.length, wrong, bytes },
  }
}

/** What there was no connection for has not been answered either. */
function wanted(asked: number, { perSecond, seconds }: PageLoad): number {
  return perSecond === null ? asked : Math.max(asked, Math.floor(perSecond * seconds))
}

/** An answer without a length ends with its connection, whatever it says. */
function closesAfter(answer: Buffer): boolean {
  const head = answer.subarray(0, answer.indexOf('\r\n\r\n')).toString('latin1')
  return /^connection: *close/im.test(head) || !/^(content-length|transfer-encoding):/im.test(head)
}

function open({ host, port }: PageLoad, source: string | null): Socket {
  const socket = connect({ host, port, ...(source === null ? {} : { localAddress: source }) })
  socket.on('error', () => {})
  return socket
}

function request({ host, port }: PageLoad, path: string, form: string | undefined): string {
  const head = [
    `${form === undefined ? 'GET' : 'POST'} ${path} HTTP/1.1`,
    `Host: ${host}:${port}`,
    'User-Agent: Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126 Mobile Safari/537.36',
    'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'Accept-Language: fr-FR,fr;q=0.9,en;q=0.5',
    ...(form === undefined
      ? []
      : ['Content-Type: application/x-www-form-urlencoded', `Content-Length: ${form.length}`]),
  ]
  return `${head.join('\r\n')}\r\n\r\n${form ?? ''}`
}

/** Each page is opened, and its path made that of its form; each from the address that will post it. */
async function formsOf(load: PageLoad): Promise<readonly string[]> {
  const forms: string[] = []
  const paths = load.paths as string[]
  for (const [i, path] of load.paths.entries()) {
    const source = load.sources?.[i % load.sources.length] ?? null
    const { action, fields } = readForm(await pageAt(load, path, source))
    paths[i] = action
    forms.push(fields.toString())
  }
  return forms
}

function pageAt({ host, port }: PageLoad, path: string, source: string | null): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const from = source === null ? {} : { localAddress: source }
  get({ host, port, path, ...from }, (response) => {
    text(response).then(resolve, reject)
  }).once('error', reject)
  return promise
}

/** By its length; an answer without one ends with its connection. */
function isWhole(answer: Buffer): boolean {
  const headEnd = answer.indexOf('\r\n\r\n')
  if (headEnd < 0) return false
  const head = answer.subarray(0, headEnd).toString('latin1')
  const length = /^content-length: *(\d+)/im.exec(head)?.[1]
  if (length !== undefined) return answer.length >= headEnd + 4 + Number(length)
  return (
    /^transfer-encoding: *chunked/im.test(head) && answer.subarray(-5).toString() === '0\r\n\r\n'
  )
}

// Last, so that the constants above are there.
if (import.meta.main) {
  const load = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as PageLoad
  process.stdout.write(`${JSON.stringify(await runLoad(load))}\n`)
  process.exit(0)
}
