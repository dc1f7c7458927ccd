import type { PublicSource } from './public-source.ts'

/**
 * An address of a device as the history of its session has it: with what the internet sees of it, if
 * that is known, since both change at once. `192.168.77.9` or `192.168.77.9 198.51.100.7 3274-3523`.
 */
export function seenAddress(ip: string | null, source: PublicSource | null): string | null {
  return ip === null || source === null ? ip : `${ip} ${source.ip} ${source.ports}`
}

export interface SeenAddress {
  readonly ip: string
  readonly publicIp: string | null
  /** Both counted. */
  readonly ports: { readonly first: number; readonly last: number } | null
}

export function readSeenAddress(seen: string): SeenAddress {
  const space = seen.indexOf(' ')
  if (space < 0) return { ip: seen, publicIp: null, ports: null }
  const [publicIp = '', range = ''] = seen.slice(space + 1).split(' ')
  const [first = 0, last = 0] = range.split('-').map(Number)
  return { ip: seen.slice(0, space), publicIp, ports: { first, last } }
}
