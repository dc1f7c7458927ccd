import { formatAddress, isPrivateAddress, parseAddress } from '#core/ip.ts'
import { parseListenAddress } from '#core/listen.ts'

/** `ip:port` of a private network, or null: what is not signed must not send people elsewhere. */
export function localHost(text: string, defaultPort?: number): string | null {
  const address = parseListenAddress(text, defaultPort)
  const ip = address === null ? null : parseAddress(address.host)
  if (address === null || ip === null || address.port === 0 || !isPrivateAddress(ip)) return null
  const host = ip.length === 4 ? formatAddress(ip) : `[${formatAddress(ip)}]`
  return `${host}:${address.port}`
}

/** The same for a whole address with http or https, a path and nothing behind it. */
export function localUrl(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '') return null
  const ip = parseAddress(url.hostname.replace(/^\[|\]$/g, ''))
  if (ip === null || !isPrivateAddress(ip)) return null
  return `${url.origin}${url.pathname}`
}
