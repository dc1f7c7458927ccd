import { connect as connectTcp, isIP } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { TLSSocket } from 'node:tls'
import { reasonOf } from '#core/error.ts'
import type { DirectorySettings } from './directory-settings.ts'
import { fault } from './fault.ts'
import type { ConnectFault, LdapOutcome } from './fault.ts'
import { requestStartTls } from './start-tls.ts'

export type SocketSettings = Pick<DirectorySettings, 'startTls' | 'caPem'>

/** A socket on which LDAP may be spoken: over TLS with the server's name checked, or to this machine. */
export async function openSocket(
  url: string,
  settings: SocketSettings,
  deadlineMs: number,
): Promise<LdapOutcome<Socket>> {
  const server = new URL(url)
  const host = server.hostname.replace(/^\[|\]$/g, '')
  const isLdaps = server.protocol === 'ldaps:'
  const port = server.port === '' ? (isLdaps ? 636 : 389) : Number(server.port)
  const opened: { socket?: Socket } = {}
  const late = Promise.withResolvers<LdapOutcome<Socket>>()
  const timer = setTimeout(() => {
    late.resolve(fault('late', `no connection within ${deadlineMs} ms`))
    opened.socket?.destroy()
  }, deadlineMs)
  try {
    return await Promise.race([late.promise, open(opened, host, port, isLdaps, settings)])
  } finally {
    clearTimeout(timer)
  }
}

async function open(
  opened: { socket?: Socket },
  host: string,
  port: number,
  isLdaps: boolean,
  { startTls, caPem }: SocketSettings,
): Promise<LdapOutcome<Socket>> {
  const plain = connectTcp({ host, port, keepAlive: true, noDelay: true })
  opened.socket = plain
  const connected = await ready(plain, 'connect')
  if (!connected.ok || (!isLdaps && !startTls)) return connected
  if (!isLdaps) {
    const agreed = await requestStartTls(plain)
    if (!agreed.ok) {
      plain.destroy()
      return agreed
    }
  }
  const secure = connectTls({
    socket: plain,
    host,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    // A pinned authority stands alone: those of the machine could vouch for somebody else.
    ...(caPem === null ? {} : { ca: caPem }),
    minVersion: 'TLSv1.2',
  })
  opened.socket = secure
  return ready(secure, 'secureConnect')
}

function ready(socket: Socket | TLSSocket, event: string): Promise<LdapOutcome<Socket>> {
  return new Promise((resolve) => {
    // Stays: an error after the outcome is followed by a close, which is what others listen to.
    socket.on('error', (error: Error) => {
      socket.destroy()
      resolve(fault(connectFault(error), reasonOf(error)))
    })
    socket.once('close', () => resolve(fault('lost', 'the server closed the connection')))
    socket.once(event, () => resolve({ ok: true, value: socket }))
  })
}

const UNTRUSTED =
  /^(UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO_|CERT_(?!.*ALTNAME)|INVALID_CA|INVALID_PURPOSE)/

function connectFault(error: Error): ConnectFault {
  const code = 'code' in error ? String(error.code) : ''
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'tls-name'
  if (UNTRUSTED.test(code)) return 'tls-untrusted'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'name-not-found'
  return /^ERR_(SSL|TLS)/.test(code) || code === 'EPROTO' ? 'tls' : 'not-reached'
}
