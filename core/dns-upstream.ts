import { isIP } from 'node:net'
import { formatListenAddress, parseListenAddress } from './listen.ts'
import type { ListenAddress } from './listen.ts'

/** A resolver that names are asked of, by its address: a name would have to be asked of itself. */
export interface DnsUpstream extends ListenAddress {
  /** UDP, with TCP for what does not fit; DNS over TLS (RFC 7858); DNS over HTTPS (RFC 8484). */
  readonly over: 'udp' | 'tls' | 'https'
  /** That its certificate must have; null: its address. */
  readonly name: string | null
  /** Of DNS over HTTPS, else empty. */
  readonly path: string
}

const PORTS = { udp: 53, tls: 853, https: 443 } as const
const HOST_NAME = /^(?=.{1,253}$)([a-z0-9_-]{1,63}\.)*[a-z0-9-]{1,63}$/i

/**
 * `9.9.9.9`, `tls://9.9.9.9#dns.quad9.net`, `https://9.9.9.9/dns-query`, each with a port if it is
 * not the usual one. What is wrong, as the end of a sentence that begins with the text, else.
 */
export function parseDnsUpstream(text: string): DnsUpstream | string {
  const match = /^(?:(tls|https):\/\/)?([^/#]+)(\/[^#]*)?(?:#(.*))?$/.exec(text)
  const over = match?.[1] === 'tls' || match?.[1] === 'https' ? match[1] : 'udp'
  const address = parseListenAddress(match?.[2] ?? '', PORTS[over])
  const path = match?.[3] ?? ''
  const name = match?.[4] ?? null
  if (address === null || isIP(address.host) === 0 || address.port === 0) {
    return over === 'udp'
      ? 'is not ADDRESS, ADDRESS:PORT, tls://ADDRESS#NAME or https://ADDRESS/PATH#NAME'
      : `does not begin with an address, as in ${over}://9.9.9.9#dns.quad9.net`
  }
  if (name !== null && (over === 'udp' || !HOST_NAME.test(name))) {
    return over === 'udp'
      ? 'has a name, which only tls:// and https:// have'
      : 'has no host name after #'
  }
  if (over === 'https' ? !/^\/[\w./~-]+$/.test(path) : path !== '') {
    return over === 'https'
      ? 'has no path, as in https://9.9.9.9/dns-query'
      : 'has a path, which only https:// has'
  }
  return { ...address, over, name, path }
}

/** As it is written in the settings. */
export function formatDnsUpstream({ over, name, path, ...address }: DnsUpstream): string {
  const where = formatListenAddress(address)
  if (over === 'udp') return where
  return `${over}://${where}${path}${name === null ? '' : `#${name}`}`
}

export function plainUpstream(address: ListenAddress): DnsUpstream {
  return { ...address, over: 'udp', name: null, path: '' }
}
