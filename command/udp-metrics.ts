import type { Metrics } from '#core/metrics.ts'
import type { UdpLayer } from '#core/udp/udp-layer.ts'

/** Which way datagrams go in this process. */
export function measureUdp(metrics: Metrics, udp: Pick<UdpLayer, 'name'>): void {
  metrics.gauge(
    'accueil_udp_native',
    '1 where datagrams go in batches by the native layer, 0 by node:dgram.',
    () => (udp.name === 'native' ? 1 : 0),
  )
}
