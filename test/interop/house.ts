import { join } from 'node:path'
import { createTestAuthority } from '../support/gateway-certificate.ts'
import { freePort } from '../support/peers/free-ports.ts'
import { eventually } from '../support/peers/process.ts'
import { createProduct } from '../support/peers/product.ts'
import type { Product } from '../support/peers/product.ts'
import { radclient } from '../support/peers/radclient.ts'
import type { RunFolder } from '../support/peers/run-folder.ts'
import { startUnbound } from '../support/peers/unbound.ts'

export interface House extends AsyncDisposable {
  /** File of who signed the certificate of DNS over TLS and HTTPS, which is for `dns.example.org`. */
  readonly dnsAuthority: string
  readonly product: Product
  /** `ADDRESS:PORT` of the DNS that stands for the internet's. */
  readonly upstream: string
}

/** The names the suite's internet knows: unbound is the product's upstream and asks nobody. */
const INTERNET = [
  'local-zone: "." static',
  'local-data: ". 300 IN SOA ns.example. host.example. 1 3600 900 86400 60"',
  'local-zone: "example.com." static',
  'local-data: "example.com. 300 IN SOA ns.example.com. host.example.com. 1 3600 900 86400 60"',
  'local-data: "www.example.com. 300 IN A 198.51.100.10"',
  'local-data: "www.example.com. 300 IN AAAA 2001:db8::10"',
  'local-data: "alias.example.com. 300 IN CNAME www.example.com."',
  'local-data: "guests-may-not.example.com. 300 IN A 198.51.100.12"',
  ...Array.from(
    { length: 30 },
    (_, i) => `local-data: 'big.example.com. 300 IN TXT "${i} ${'x'.repeat(120)}"'`,
  ),
  // The house has a zone of this name, with other addresses.
  'local-zone: "corp.example." static',
  'local-data: "files.corp.example. 300 IN A 198.51.100.99"',
  'local-zone: "bad.example." static',
  'local-data: "bad.example. 300 IN A 198.51.100.66"',
  'local-zone: "worse.example." static',
  'local-data: "fine.worse.example. 300 IN A 198.51.100.11"',
]

/** The product with the fixture applied, on its own ports, with an unbound as its upstream. */
export async function openHouse(folder: RunFolder): Promise<House> {
  const port = await freePort()
  const upstream = `127.0.0.1:${port}`
  const internet = await startUnbound(folder, port, INTERNET)
  const authority = await createTestAuthority('Authority of the suite')
  const issued = await authority.issue('dns.example.org', ['dns.example.org', '127.0.0.1'])
  const dnsAuthority = folder.write('dns-ca.pem', authority.declared.pem)
  const product = await createProduct(folder, {
    upstream,
    dnsTls: {
      certificate: folder.write('dns.pem', issued.pem),
      key: folder.write('dns.key', issued.keyPem),
    },
    // So that a peer without elliptic curves is served too.
    env: { ACCUEIL_RADIUS_CERTIFICATES: 'p256,rsa' },
  })
  const close = async (): Promise<void> => {
    await product[Symbol.asyncDispose]()
    await internet.stop()
  }
  try {
    await product.start()
    const applied = await product.command('apply', join(import.meta.dirname, 'fixture/house.yaml'))
    if (applied.code !== 0) throw new Error(`accueil apply:\n${applied.stdout}${applied.stderr}`)
    await product.ready()
    await eventually('bob is let in: the house has come to the server', async () => {
      const { reply } = await radclient({
        ...{ port: product.ports.radius, kind: 'auth', secret: 'testing123' },
        attributes: ['User-Name = "bob"', 'User-Password = "hello"', 'Message-Authenticator = 0'],
      })
      return reply === 'Access-Accept'
    })
  } catch (error) {
    await close()
    throw error
  }
  return { product, upstream, dnsAuthority, [Symbol.asyncDispose]: close }
}
