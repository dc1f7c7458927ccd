import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
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
  /** The same, good until then and no longer. */
  issueUntil(name: string, serial: number, end: Date): Promise<DeviceKey>
}

/** A certificate authority of devices, by openssl. */
export async function makeDevicePki(folder: RunFolder, name: string): Promise<DevicePki> {
  const p256 = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const caFile = folder.fresh(`${name}-ca.pem`)
  const caKey = folder.fresh(`${name}-ca.key`)
  const self = ['openssl', 'req', '-x509', ...p256, '-subj', `/CN=${name}`, '-days', '30']
  await must([...self, '-keyout', caKey, '-out', caFile])
  async function ask(common: string, serial: number) {
    const [request, key, certificate] = ['csr', 'key', 'pem'].map((kind) =>
      folder.fresh(`${name}-${serial}.${kind}`),
    ) as [string, string, string]
    const asked = ['openssl', 'req', ...p256, '-subj', `/CN=${common}`]
    await must([...asked, '-keyout', key, '-out', request])
    return { request, key, certificate }
  }
  return {
    caFile,
    async issue(common, serial) {
      const { request, key, certificate } = await ask(common, serial)
      const sign = ['openssl', 'x509', '-req', '-in', request, '-CA', caFile, '-CAkey', caKey]
      await must([...sign, '-set_serial', `${serial}`, '-days', '20', '-out', certificate])
      return { certificate, key }
    },
    async issueUntil(common, serial, end) {
      const { request, key, certificate } = await ask(common, serial)
      // Only `openssl ca` of Debian 12 takes an end to the second, and it wants its books.
      const books = folder.fresh(`${name}-${serial}-books`)
      mkdirSync(books)
      writeFileSync(join(books, 'index.txt'), '')
      const settings = join(books, 'ca.cnf')
      writeFileSync(settings, BOOKS.replaceAll('FOLDER', books))
      const until = `${end.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`
      const sign = [
        'openssl',
        'ca',
        '-batch',
        '-config',
        settings,
        '-cert',
        caFile,
        '-keyfile',
        caKey,
      ]
      await must([...sign, '-in', request, '-out', certificate, '-notext', '-enddate', until])
      return { certificate, key }
    },
  }
}

const BOOKS = `[ca]
default_ca = books
[books]
database = FOLDER/index.txt
new_certs_dir = FOLDER
rand_serial = yes
default_md = sha256
policy = names
[names]
commonName = supplied
`
