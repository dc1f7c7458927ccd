import { LONGEST_LOGIN_NAME, nameToFind } from '#core/ldap/login-name.ts'
import { parseMac } from '#core/mac.ts'
import type { LoginRow } from '#db/login-traces.ts'
import { isByAddress, isOfGuests } from '../login-trace.ts'
import type { LoginTrace } from '../login-trace.ts'
import { vlanIn } from './traced-answer.ts'
import type { TracedDevice } from './traced-device.ts'

/** What is kept of the answers to one device since the last row. */
export function rowOf(device: TracedDevice, isKnownName: (name: string) => boolean): LoginRow {
  const { gateway, trace } = device
  const { method, inner } = methodsOf(device)
  const name = nameOf(trace, isKnownName)
  return {
    firstAt: device.firstAt,
    lastAt: device.lastAt,
    count: device.count,
    site: gateway.site,
    gateway: gateway.name,
    network: device.network ?? (trace === null ? null : isOfGuests(trace) ? 'guest' : 'staff'),
    mac: device.station === null ? null : parseMac(device.station),
    account: name,
    nameWithheld: name === null && hasName(trace),
    outcome: device.kind,
    reason: device.reason,
    method,
    inner,
    tlsVersion: trace?.tlsVersion ?? null,
    cipher: trace?.cipher ?? null,
    tlsAlert: trace?.tlsAlert ?? null,
    resumed: trace?.isResumed ?? false,
    serial: trace?.serial ?? null,
    rounds: trace === null || trace.rounds === 0 ? null : trace.rounds,
    answerer: trace?.answerer ?? null,
    directory: trace?.directory ?? null,
    answeredMs: trace?.answeredMs ?? null,
    rule: device.rule,
    vlan: vlanIn(device.vlan),
    sessionSeconds: device.sessionSeconds,
  }
}

/** `ttls-pap` is what is outside and what is inside; of a refusal the inside may not be known. */
function methodsOf({ kind, method, trace }: TracedDevice): {
  readonly method: string | null
  readonly inner: string | null
} {
  const inside = /^(ttls|peap)-(.+)$/.exec(kind === 'accept' ? (method ?? '') : '')
  if (inside !== null) return { method: inside[1] ?? null, inner: inside[2] ?? null }
  const isTunnel = method === 'ttls' || method === 'peap'
  return { method, inner: isTunnel ? (trace?.inner ?? null) : null }
}

/** A device's own name is its address. */
function hasName(trace: LoginTrace | null): boolean {
  return trace !== null && !isByAddress(trace) && trace.claimed !== null
}

/**
 * The proved name, or else the one that was given if somebody has it. Any other may be a password that
 * was typed into the wrong field, and is not kept.
 */
function nameOf(trace: LoginTrace | null, isKnownName: (name: string) => boolean): string | null {
  if (trace === null) return null
  if (trace.account !== null) return nameToFind(trace.account)
  const { claimed } = trace
  if (claimed === null || !hasName(trace) || claimed.length > LONGEST_LOGIN_NAME) return null
  if (!trace.isKnown && !isKnownName(claimed)) return null
  return nameToFind(claimed) || null
}
