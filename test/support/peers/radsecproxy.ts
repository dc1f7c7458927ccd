import { freePort } from './free-ports.ts'
import { start } from './process.ts'
import type { Running } from './process.ts'
import type { RunFolder } from './run-folder.ts'

export interface Radsecproxy extends Running {
  /** UDP, authentication and accounting, from loopback with the secret `testing123`. */
  readonly port: number
}

/** RADIUS over UDP for the gateways behind it, one TLS connection to the server. */
export async function startRadsecproxy(o: {
  readonly folder: RunFolder
  readonly server: { readonly port: number; readonly caFile: string; readonly name: string }
  readonly certificate: { readonly pem: string; readonly keyPem: string }
  readonly tls: '1.2' | '1.3'
}): Promise<Radsecproxy> {
  const port = await freePort()
  const version = o.tls === '1.2' ? 'TLS1_2:TLS1_2' : 'TLS1_3:TLS1_3'
  const settings = o.folder.write(
    'radsecproxy.conf',
    `ListenUDP 127.0.0.1:${port}
LogLevel 2
tls ours {
  CACertificateFile ${o.server.caFile}
  CertificateFile ${o.folder.write('radsecproxy.pem', o.certificate.pem)}
  CertificateKeyFile ${o.folder.write('radsecproxy.key', o.certificate.keyPem)}
  TlsVersion ${version}
}
client 127.0.0.1 {
  type udp
  secret testing123
}
server accueil {
  host 127.0.0.1
  port ${o.server.port}
  type tls
  tls ours
  secret radsec
  CertificateNameCheck off
  MatchCertificateAttribute SubjectAltName:DNS:/^${o.server.name.replaceAll('.', '\\.')}$/
  StatusServer on
  RetryCount 0
}
realm * {
  server accueil
  accountingserver accueil
}
`,
  )
  const pidFile = o.folder.fresh('radsecproxy.pid')
  const command = ['radsecproxy', '-f', '-c', settings, '-i', pidFile]
  return { ...start('radsecproxy', command, { folder: o.folder }), port }
}

/** The same before somebody else's server: TLS in, UDP out, as the top of a federation has it. */
export async function startRadsecproxyServer(o: {
  readonly folder: RunFolder
  readonly home: { readonly port: number; readonly acctPort: number; readonly secret: string }
  readonly certificate: { readonly pem: string; readonly keyPem: string }
  /** Of the clients' certificates. */
  readonly caFile: string
}): Promise<Radsecproxy> {
  const port = await freePort()
  const udp = await freePort()
  const settings = o.folder.write(
    'radsecproxy-server.conf',
    `ListenTLS 127.0.0.1:${port}
ListenUDP 127.0.0.1:${udp}
LogLevel 2
tls theirs {
  CACertificateFile ${o.caFile}
  CertificateFile ${o.folder.write('radsecproxy-server.pem', o.certificate.pem)}
  CertificateKeyFile ${o.folder.write('radsecproxy-server.key', o.certificate.keyPem)}
}
client 127.0.0.1 {
  type tls
  tls theirs
  secret radsec
  CertificateNameCheck off
}
server home {
  host 127.0.0.1
  port ${o.home.port}
  type udp
  secret ${o.home.secret}
}
server home-accounting {
  host 127.0.0.1
  port ${o.home.acctPort}
  type udp
  secret ${o.home.secret}
}
realm * {
  server home
  accountingserver home-accounting
}
`,
  )
  const pidFile = o.folder.fresh('radsecproxy-server.pid')
  const command = ['radsecproxy', '-f', '-c', settings, '-i', pidFile]
  return { ...start('radsecproxy-server', command, { folder: o.folder }), port }
}
