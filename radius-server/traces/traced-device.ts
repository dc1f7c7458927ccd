import type { Gateway } from '#db/gateways.ts'
import type { NetworkKind } from '#db/sites.ts'
import { readText } from '../attributes.ts'
import { ATTRIBUTE } from '../dictionary.ts'
import { isByAddress } from '../login-trace.ts'
import type { Answerer, LoginTrace } from '../login-trace.ts'
import type { RadiusRequest } from '../request.ts'
import type { DeviceKey } from './device-key.ts'
import { HASH_BASIS, hashOctets } from './small-hash.ts'
import { givenValue, isOfGateway, networkIn, secondsIn } from './traced-answer.ts'
import type { TracedAnswer } from './traced-answer.ts'

const FIRST_PAUSE_MS = 4_000

/** The last answer to one device, and how often it was given since it was written. */
export interface TracedDevice {
  /** The second hash of whose it is. */
  readonly check: number
  readonly gateway: Gateway
  readonly station: string | null
  readonly kind: TracedAnswer['kind']
  readonly reason: string | null
  readonly rule: string | null
  readonly method: string | null
  /** Proved, or as it was given. */
  readonly name: string | null
  readonly answerer: Answerer | null
  readonly answererName: string | null
  readonly isResumed: boolean
  readonly vlan: Uint8Array | null
  readonly vlanHash: number
  readonly network: NetworkKind | null
  /** The facts of the latest of them. */
  trace: LoginTrace | null
  sessionSeconds: number | null
  lastAt: number
  firstAt: number
  count: number
  /** How long what is repeated waits to be written, and until when. */
  pauseMs: number
  nextAt: number
  state: 'written' | 'repeated' | 'due'
}

/** Reads whose answer it is into `key`. */
export function readKey(key: DeviceKey, request: RadiusRequest, answer: TracedAnswer): void {
  const { packet, client } = request
  // Each reason by itself: whoever forges packets could make a row of each by taking turns.
  if (isOfGateway(request, answer)) key.ofText(`${client.gateway.name} ${reasonOf(answer)}`)
  else key.ofPacket(packet)
}

/**
 * Whether it is the same answer to the same device, in all that a person would ask about. Most of these are
 * the very same text or object each time, which is found equal without being fetched.
 */
export function isSame(
  device: TracedDevice,
  key: DeviceKey,
  { trace, client }: RadiusRequest,
  answer: TracedAnswer,
): boolean {
  return (
    device.check === key.check &&
    device.kind === answer.kind &&
    device.reason === reasonOf(answer) &&
    device.method === methodOf(trace, answer) &&
    device.name === nameOf(trace) &&
    device.answerer === (trace === null ? null : trace.answerer) &&
    device.answererName === (trace === null ? null : trace.directory) &&
    device.isResumed === (trace !== null && trace.isResumed) &&
    device.rule === ruleOf(answer) &&
    device.vlanHash === vlanHashOf(answer) &&
    (device.gateway === client.gateway || device.gateway.name === client.gateway.name)
  )
}

/** Who was proved may have written the name in another way. */
function nameOf(trace: LoginTrace | null): string | null {
  return trace === null ? null : (trace.account ?? trace.claimed)
}

function vlanHashOf(answer: TracedAnswer): number {
  const vlan = givenValue(answer, ATTRIBUTE['Tunnel-Private-Group-Id'])
  return vlan === null ? 0 : hashOctets(HASH_BASIS, vlan, 0, vlan.length)
}

/** The same answer again: the latest facts, and one more. */
export function countAgain(
  device: TracedDevice,
  { trace, receivedAt }: RadiusRequest,
  answer: TracedAnswer,
): void {
  if (device.count === 0) device.firstAt = receivedAt
  device.count += 1
  device.lastAt = receivedAt
  device.sessionSeconds = secondsIn(givenValue(answer, ATTRIBUTE['Session-Timeout']))
  // Without TLS only the time that it took can differ, and what is kept of each packet makes the collector
  // work for all of them.
  if (trace !== null && trace.tlsVersion !== null) device.trace = trace
}

export function newDevice(
  key: DeviceKey,
  request: RadiusRequest,
  answer: TracedAnswer,
): TracedDevice {
  const { trace, packet, client, receivedAt } = request
  const isProven = !isOfGateway(request, answer)
  const station =
    trace !== null && isByAddress(trace)
      ? trace.claimed
      : readText(packet, ATTRIBUTE['Calling-Station-Id'])
  return {
    check: key.check,
    gateway: client.gateway,
    station: isProven ? station : null,
    kind: answer.kind,
    reason: reasonOf(answer),
    rule: ruleOf(answer),
    method: methodOf(trace, answer),
    name: nameOf(trace),
    answerer: trace === null ? null : trace.answerer,
    answererName: trace === null ? null : trace.directory,
    isResumed: trace !== null && trace.isResumed,
    vlanHash: vlanHashOf(answer),
    vlan: givenValue(answer, ATTRIBUTE['Tunnel-Private-Group-Id']),
    network: networkIn(answer),
    trace: isProven ? trace : null,
    sessionSeconds: secondsIn(givenValue(answer, ATTRIBUTE['Session-Timeout'])),
    firstAt: receivedAt,
    lastAt: receivedAt,
    count: 1,
    pauseMs: FIRST_PAUSE_MS,
    nextAt: 0,
    state: 'written',
  }
}

function reasonOf(answer: TracedAnswer): string | null {
  return answer.kind === 'accept' ? null : answer.reason
}

function ruleOf(answer: TracedAnswer): string | null {
  return answer.kind === 'silence' ? null : (answer.rule ?? null)
}

function methodOf(trace: LoginTrace | null, answer: TracedAnswer): string | null {
  return answer.kind === 'accept' ? answer.method : (trace?.method ?? null)
}
