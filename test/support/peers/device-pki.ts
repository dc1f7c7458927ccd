import { must } from './process.ts'
import type { RunFolder } from './run-folder.ts'

export interface DeviceKey {
  readonly certificate: string
  readonly key: string
}

export interface DevicePki {
  readonly caFile: string
  /** A client certificate for this common name, on disk. */
  issue(name: string, serial: number): Promise<DeviceKey>
}

/** A certificate authority of devices, by openssl. */
export async function makeDevicePki(folder: RunFolder, name: string): Promise<DevicePki> {
  const p256 = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const caFile = folder.fresh(`${name}-ca.pem`)
  const caKey = folder.fresh(`${name}-ca.key`)
  const self = ['openssl', 'req', '-x509', ...p256, '-subj', `/CN=${name}`, '-days', '30']
  await must([...self, '-keyout', caKey, '-out', caFile])
  return {
    caFile,
    async issue(common, serial) {
      const [request, key, certificate] = ['csr', 'key', 'pem'].map((kind) =>
        folder.fresh(`${name}-${serial}.${kind}`),
      ) as [string, string, string]
      const ask = ['openssl', 'req', ...p256, '-subj', `/CN=${common}`]
      await must([...ask, '-keyout', key, '-out', request])
      const sign = ['openssl', 'x509', '-req', '-in', request, '-CA', caFile, '-CAkey', caKey]
      await must([...sign, '-set_serial', `${serial}`, '-days', '20', '-out', certificate])
      return { certificate, key }
    },
  }
}
