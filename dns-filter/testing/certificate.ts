import { createTestAuthority } from '../../test/support/gateway-certificate.ts'
import type { TestCertificate } from '../../test/support/gateway-certificate.ts'
import type { TlsCertificate } from '../tls-certificate.ts'

export interface TestTls {
  readonly certificate: TlsCertificate
  /** The authority, for those who connect. */
  readonly ca: string
  readonly issued: TestCertificate
}

/** A certificate for a resolver on loopback, and who signed it. */
export async function testCertificate(
  names: readonly string[] = ['dns.example.org', '127.0.0.1'],
): Promise<TestTls> {
  const authority = await createTestAuthority('Test authority of a resolver')
  const issued = await authority.issue('dns.example.org', names)
  const certificate: TlsCertificate = {
    options: () => ({ cert: issued.pem, key: issued.keyPem }),
    name: () => 'dns.example.org',
    expires: () => Infinity,
    onChange: () => () => {},
    stop() {},
  }
  return { certificate, ca: authority.declared.pem, issued }
}
