import { must } from './process.ts'
import type { RunFolder } from './run-folder.ts'

export interface CertificateAuthority {
  readonly caFile: string
  /** A server certificate for this DNS name, and nothing else. */
  issue(name: string): Promise<{ readonly certFile: string; readonly keyFile: string }>
}

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']

/** A root of the run's own, by openssl. */
export async function createCertificateAuthority(
  folder: RunFolder,
  commonName: string,
): Promise<CertificateAuthority> {
  const caFile = folder.fresh(`${commonName}.pem`)
  const caKey = folder.fresh(`${commonName}.key`)
  await must([
    ...['openssl', 'req', '-x509', ...EC, '-days', '2', '-subj', `/CN=${commonName}`],
    ...['-keyout', caKey, '-out', caFile],
  ])
  return {
    caFile,
    async issue(name) {
      const certFile = folder.fresh(`${name}.pem`)
      const keyFile = folder.fresh(`${name}.key`)
      await must([
        ...['openssl', 'req', '-x509', ...EC, '-days', '2', '-subj', `/CN=${name}`],
        ...['-addext', `subjectAltName=DNS:${name}`, '-addext', 'basicConstraints=CA:FALSE'],
        ...['-CA', caFile, '-CAkey', caKey, '-keyout', keyFile, '-out', certFile],
      ])
      return { certFile, keyFile }
    },
  }
}
