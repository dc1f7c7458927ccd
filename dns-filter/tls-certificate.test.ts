import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from 'node:tls'
import type { TLSSocket } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { silentLog } from '#core/log.ts'
import { createMetrics } from '#core/metrics.ts'
import { temporaryFolder } from '../test/support/folder.ts'
import { listenDot } from './listen-dot.ts'
import { frame } from './message/tcp-frames.ts'
import { createDnsMetrics } from './metrics.ts'
import type { DnsServer } from './server.ts'
import { openDot, wireQuery } from './testing/asking.ts'
import { testCertificate } from './testing/certificate.ts'
import { openTlsCertificate } from './tls-certificate.ts'
import type { Via } from './via.ts'
import { soon } from '../test/support/soon.ts'

const HERE = { host: '127.0.0.1', port: 0 }

describe('the files of a certificate', () => {
  test('are refused with a sentence that names the variable', async () => {
    using folder = temporaryFolder()
    const certificate = join(folder.path, 'dns.crt')
    const key = join(folder.path, 'dns.key')
    const open = () => openTlsCertificate({ certificate, key }, silentLog)
    expect(open).toThrow(/dns\.crt \(ACCUEIL_DNS_TLS_CERT\) cannot be read: ENOENT/)
    const [one, other] = [await testCertificate(), await testCertificate()]
    writeFileSync(certificate, 'not PEM')
    writeFileSync(key, one.issued.keyPem)
    expect(open).toThrow(/dns\.crt \(ACCUEIL_DNS_TLS_CERT\) is not a certificate/)
    writeFileSync(certificate, other.issued.pem)
    expect(open).toThrow(/ACCUEIL_DNS_TLS_KEY\) does not belong to the certificate/)
    writeFileSync(key, 'not PEM')
    expect(open).toThrow(/dns\.key \(ACCUEIL_DNS_TLS_KEY\) is not a private key/)
  })

  test('are read again when they change, and no connection is lost', async () => {
    using folder = temporaryFolder()
    const files = { certificate: join(folder.path, 'dns.crt'), key: join(folder.path, 'dns.key') }
    const [old, next] = [await testCertificate(), await testCertificate()]
    writeFileSync(files.certificate, old.issued.pem)
    writeFileSync(files.key, old.issued.keyPem)
    const certificate = openTlsCertificate(files, silentLog, 20)
    const echo: DnsServer = { handle: (bytes, _source, _via, respond) => respond(bytes) }
    const metrics = createDnsMetrics(createMetrics())
    const listener = await listenDot(echo, HERE, certificate, metrics)
    const kept = openDot(listener.port, old.ca)
    kept.send(wireQuery('www.example.net', { id: 1 }))
    expect((await kept.next())?.[1]).toBe(1)

    // One after the other, as they are copied: what does not belong together is never shown.
    writeFileSync(files.certificate, next.issued.pem)
    await new Promise((done) => setTimeout(done, 60))
    writeFileSync(files.key, next.issued.keyPem)
    await soon(async () => {
      const fresh = openDot(listener.port, next.ca)
      fresh.send(wireQuery('www.example.net', { id: 2 }))
      expect((await fresh.next())?.[1]).toBe(2)
      fresh.end()
    })
    kept.send(wireQuery('www.example.net', { id: 3 }))
    expect((await kept.next())?.[1]).toBe(3)
    kept.end()
    await listener.close()
    certificate.stop()
  })
})

describe('DNS over TLS', () => {
  const { promise: tls, resolve } =
    Promise.withResolvers<Awaited<ReturnType<typeof testCertificate>>>()
  void testCertificate().then(resolve)

  async function handshake(alpn: readonly string[], maxVersion?: 'TLSv1.1'): Promise<string> {
    const { certificate, ca } = await tls
    const seen: Via[] = []
    const server: DnsServer = {
      handle(bytes, _source, via, respond) {
        seen.push(via)
        respond(bytes)
      },
    }
    const listener = await listenDot(server, HERE, certificate, createDnsMetrics(createMetrics()))
    const socket: TLSSocket = connect({
      ...{ port: listener.port, host: '127.0.0.1', ca, servername: 'dns.example.org' },
      ...(alpn.length > 0 ? { ALPNProtocols: [...alpn] } : {}),
      ...(maxVersion === undefined ? {} : { maxVersion, minVersion: maxVersion }),
    })
    const said = await new Promise<string>((done) => {
      socket.once('error', (error) => done(error.message))
      socket.once('data', () => done(`${String(socket.alpnProtocol)} ${seen[0]?.serverName}`))
      socket.write(frame(wireQuery('www.example.net')))
    })
    socket.destroy()
    await listener.close()
    return said
  }

  test('is agreed on as dot, and tells the name that was asked for', async () => {
    expect(await handshake(['dot'])).toBe('dot dns.example.org')
  })

  test('is also for who agrees on nothing', async () => {
    expect(await handshake([])).toBe('false dns.example.org')
  })

  test('is nothing else, and nothing before TLS 1.2', async () => {
    expect(await handshake(['h2'])).toMatch(/no application protocol/i)
    expect(await handshake([], 'TLSv1.1')).toMatch(/version|protocol/i)
  })
})
