import { dig } from '../support/peers/dig.ts'
import type { Ports } from '../support/peers/product.ts'

/** The ways on which a good question about a blocked name gets no good answer now: there must be none. */
export async function deafWays(ports: Ports): Promise<readonly string[]> {
  const ways = [
    { way: 'UDP', port: ports.dns, words: [] },
    { way: 'TCP', port: ports.dns, words: ['+tcp'] },
    { way: 'TLS', port: ports.dnsOverTls, words: ['+tls'] },
    { way: 'HTTPS', port: ports.dnsOverHttps, words: ['+https'] },
  ]
  const deaf: string[] = []
  for (const { way, port, words } of ways) {
    const { status, output } = await dig(port, ...words, 'bad.example')
    if (status !== 'NXDOMAIN' || !/EDE: 15/.test(output)) deaf.push(`${way}: ${output}`)
  }
  return deaf
}

/** How many messages made the filter fail inside: there must be none. */
export async function internalFailures(ports: Ports): Promise<number> {
  const line = /^accueil_dns_dropped_total\{reason="internal"\} (\d+)$/m
  return Number(line.exec(await metricsOf(ports))?.[1] ?? Number.NaN)
}

/** How many messages have come through whole, by way; what carries the others was damaged. */
export async function messagesRead(ports: Ports): Promise<ReadonlyMap<string, number>> {
  const ways = { udp: 'UDP', tcp: 'TCP', dot: 'TLS', doh: 'HTTPS' } as const
  const text = await metricsOf(ports)
  return new Map(
    Object.entries(ways).map(([transport, way]) => {
      const line = new RegExp(
        `^accueil_dns_queries_total\\{transport="${transport}"\\} (\\d+)$`,
        'm',
      )
      return [way, Number(line.exec(text)?.[1] ?? Number.NaN)]
    }),
  )
}

async function metricsOf({ metrics }: Ports): Promise<string> {
  return (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text()
}
