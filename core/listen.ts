import { AppError, codeOf } from './error.ts'

export interface ListenAddress {
  readonly host: string
  readonly port: number
}

/** `192.0.2.1:53`, `[2001:db8::1]:53`; a bare address takes `defaultPort` where one is given. */
export function parseListenAddress(text: string, defaultPort?: number): ListenAddress | null {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+))(?::(\d{1,5}))?$/.exec(text.trim())
  const bareV6 = match === null && defaultPort !== undefined && /^[0-9a-fA-F:.]+$/.test(text.trim())
  if (bareV6) return { host: text.trim(), port: defaultPort }
  if (match === null) return null
  const port = match[3] === undefined ? defaultPort : Number(match[3])
  if (port === undefined || port > 65535) return null
  return { host: match[1] ?? match[2] ?? '', port }
}

export function formatListenAddress(address: ListenAddress): string {
  return address.host.includes(':')
    ? `[${address.host}]:${address.port}`
    : `${address.host}:${address.port}`
}

/** Turns the error of a failed bind into the sentence an operator needs; names the variable to change. */
export function listenError(
  thrown: unknown,
  address: ListenAddress,
  what: string,
  variable: string,
): AppError {
  const code = codeOf(thrown) ?? ''
  const where = formatListenAddress(address)
  const reasons: Record<string, string> = {
    EADDRINUSE: `${where} is already in use by another program`,
    EACCES: `${where} needs rights that this user does not have (ports under 1024 need root or CAP_NET_BIND_SERVICE)`,
    EADDRNOTAVAIL: `${address.host} is not an address of this machine`,
  }
  const reason = reasons[code] ?? `${where} cannot be opened (${code || String(thrown)})`
  return new AppError(
    'listen',
    `${what}: ${reason}; stop what uses it or set ${variable} to another address and port`,
    { cause: thrown },
  )
}
