import { spawnSync } from 'node:child_process'
import { networkInterfaces } from 'node:os'
import { createMetrics } from '#core/metrics.ts'
import { buildNative } from '#core/udp/native-module.ts'
import { chooseUdpLayer } from '#core/udp/udp-layer.ts'
import type { UdpLayer } from '#core/udp/udp-layer.ts'
import { UDP_EVENTS } from '#core/udp/udp-socket.ts'
import type { UdpCounters } from '#core/udp/udp-socket.ts'

/**
 * Every layer that this machine can have, for suites that must pass on each. Only where there is no
 * compiler at all is it node:dgram alone; a compiler that refuses our source fails the suite.
 */
export function everyUdpLayer(): readonly UdpLayer[] {
  const dgram = chooseUdpLayer('dgram')
  if (spawnSync(process.env['CC'] ?? 'cc', ['--version']).error !== undefined) return [dgram]
  const built = buildNative()
  if (!built.ok) throw new Error(built.reason)
  return [chooseUdpLayer('native'), dgram]
}

/** Containers are often without IPv6, even on loopback. */
export function hasIpv6(): boolean {
  return Object.values(networkInterfaces()).some((of) => of?.some((one) => one.address === '::1'))
}

export function udpCounters(): UdpCounters {
  return createMetrics().counters('udp_total', 'For a test.', 'event', UDP_EVENTS)
}
