import { codeOf } from '#core/error.ts'
import { createHash } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { connect } from 'node:tls'
import type { TLSSocket } from 'node:tls'
import { BoundedMap } from '#core/bounded-map.ts'
import type { Controller } from '#db/gateway-kinds.ts'

export const CONTROLLER_LIMITS = {
  /** From the connection to the last octet of the answer. */
  deadlineMs: 8_000,
  /** At once to one controller, and to all: the rest is told that it is busy. */
  running: 8,
  runningInAll: 64,
  /** A list of one client is 2 KB; no controller may fill our memory. */
  answerBytes: 256 * 1024,
  /** Controllers of the fleet that are spoken to. */
  controllers: 4_096,
} as const

export const CONTROLLER_FAILURES = ['busy', 'late', 'not-json', 'unreachable', 'untrusted'] as const
export type ControllerFailure = (typeof CONTROLLER_FAILURES)[number]

export interface ControllerRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** From the root of the controller's address; what came from a phone is percent-encoded in it. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: unknown
}

export type ControllerAnswer =
  | {
      readonly ok: true
      readonly status: number
      readonly cookies: readonly string[]
      readonly headers: Readonly<Record<string, string | string[] | undefined>>
      /** Undefined for an empty body. */
      readonly json: unknown
    }
  | { readonly ok: false; readonly failure: ControllerFailure }

/** Asks the controller that was declared, whatever a phone says; redirects are not followed. */
export type CallController = (
  controller: Controller,
  request: ControllerRequest,
) => Promise<ControllerAnswer>

export function createCallController(
  onFailure: (controller: Controller, failure: ControllerFailure) => void = () => {},
  deadlineMs: number = CONTROLLER_LIMITS.deadlineMs,
): CallController {
  const running = new BoundedMap<string, number>({ limit: CONTROLLER_LIMITS.controllers })
  let inAll = 0

  async function within(
    controller: Controller,
    request: ControllerRequest,
  ): Promise<ControllerAnswer> {
    const there = running.get(controller.url) ?? 0
    if (there >= CONTROLLER_LIMITS.running || inAll >= CONTROLLER_LIMITS.runningInAll)
      return { ok: false, failure: 'busy' }
    running.set(controller.url, there + 1)
    inAll += 1
    try {
      return await exchange(controller, request, AbortSignal.timeout(deadlineMs))
    } finally {
      inAll -= 1
      const left = (running.get(controller.url) ?? 1) - 1
      if (left <= 0) running.delete(controller.url)
      else running.set(controller.url, left)
    }
  }

  return async (controller, request) => {
    const answer = await within(controller, request)
    if (!answer.ok) onFailure(controller, answer.failure)
    return answer
  }
}

async function exchange(
  controller: Controller,
  request: ControllerRequest,
  deadline: AbortSignal,
): Promise<ControllerAnswer> {
  let socket: TLSSocket | null = null
  try {
    socket = await openTls(controller, deadline)
    if (socket === null) return { ok: false, failure: 'untrusted' }
    const response = await send(controller, request, socket, deadline)
    const text = await readText(response)
    const { statusCode = 0, headers } = response
    const cookies = (headers['set-cookie'] ?? []).map((line) => line.split(';')[0] ?? '')
    const json = text === '' ? undefined : parseJson(text)
    if (json === null) return { ok: false, failure: 'not-json' }
    return { ok: true, status: statusCode, cookies, headers, json }
  } catch (thrown) {
    if (deadline.aborted) return { ok: false, failure: 'late' }
    return { ok: false, failure: isTrust(thrown) ? 'untrusted' : 'unreachable' }
  } finally {
    socket?.destroy()
  }
}

/** The password goes only to who has proved itself: by an authority, or by the very certificate declared. */
function openTls(
  { url, certificate }: Controller,
  deadline: AbortSignal,
): Promise<TLSSocket | null> {
  const { hostname, port } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket | null>()
  const socket = connect({
    host,
    port: port === '' ? 443 : Number(port),
    ...(isIP(host) === 0 ? { servername: host } : {}),
    rejectUnauthorized: certificate === undefined,
    minVersion: 'TLSv1.2',
  })
  const giveUp = (): void => {
    socket.destroy(new Error('late'))
  }
  deadline.addEventListener('abort', giveUp, { once: true })
  socket.on('error', reject)
  socket.once('secureConnect', () => {
    const shown = socket.getPeerX509Certificate()?.raw
    const isPinned =
      certificate === undefined ||
      (shown !== undefined && createHash('sha256').update(shown).digest('hex') === certificate)
    if (!isPinned) socket.destroy()
    resolve(isPinned ? socket : null)
  })
  return promise
}

function send(
  { url }: Controller,
  { method, path, headers, body }: ControllerRequest,
  socket: TLSSocket,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const content = body === undefined ? null : JSON.stringify(body)
  const base = new URL(url)
  const outgoing = httpRequest(
    {
      method,
      path: `${base.pathname.replace(/\/$/, '')}${path}`,
      // Inside the TLS that is there already; with an agent Node would make its own.
      createConnection: () => socket,
      signal,
      headers: {
        Host: base.host,
        Connection: 'close',
        Accept: 'application/json',
        ...(content === null
          ? {}
          : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(content) }),
        ...headers,
      },
    },
    resolve,
  )
  outgoing.on('error', reject)
  outgoing.end(content ?? undefined)
  return promise
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    bytes += chunk.length
    if (bytes > CONTROLLER_LIMITS.answerBytes) throw new Error('the answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Null: it is no JSON, and no JSON that anybody sends is null. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}

function isTrust(thrown: unknown): boolean {
  const code = codeOf(thrown) ?? ''
  return /^(UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO_|CERT_|ERR_TLS_CERT|INVALID_CA)/.test(code)
}
