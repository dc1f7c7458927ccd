import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync, unwatchFile, watchFile } from 'node:fs'
import type { SecureContextOptions } from 'node:tls'
import { createSecureContext } from 'node:tls'
import { AppError, reasonOf } from '#core/error.ts'
import type { Log } from '#core/log.ts'

/** Certificate chain and key, as PEM files that somebody else renews. */
export interface TlsFiles {
  readonly certificate: string
  readonly key: string
}

/** What DoT and DoH show. Another one in the files is for the connections to come. */
export interface TlsCertificate {
  options(): SecureContextOptions
  /** Milliseconds since the epoch. */
  expires(): number
  /** The first name that it is for, without `*.`; null: none. */
  name(): string | null
  /** Returns how to be told no more. */
  onChange(then: (options: SecureContextOptions) => void): () => void
  stop(): void
}

/** With forward secrecy only. */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':')

/** Looked at, not listened to: what mounts secrets swaps links, which no file event tells. */
const LOOK_MS = 5_000

/** Throws a sentence when the files cannot be used: at the start that ends it. */
export function openTlsCertificate(
  files: TlsFiles,
  log: Log,
  lookMs: number = LOOK_MS,
): TlsCertificate {
  let current = readTlsFiles(files)
  const told = new Set<(options: SecureContextOptions) => void>()

  function look(): void {
    try {
      const next = readTlsFiles(files)
      if (next.chain === current.chain && next.key === current.key) return
      current = next
      for (const then of told) then(optionsOf(current))
      log.info('dns.certificate.changed', { expires: new Date(current.expires).toISOString() })
    } catch (thrown) {
      // One of the two may be new and the other not yet: its change leads here once more.
      log.warn('dns.certificate.failed', { reason: reasonOf(thrown) })
    }
  }
  for (const file of [files.certificate, files.key]) {
    watchFile(file, { interval: lookMs, persistent: false }, look)
  }
  return {
    options: () => optionsOf(current),
    expires: () => current.expires,
    name: () => current.name,
    onChange(then) {
      told.add(then)
      return () => void told.delete(then)
    },
    stop() {
      for (const file of [files.certificate, files.key]) unwatchFile(file, look)
    },
  }
}

interface Read {
  /** PEM. */
  readonly chain: string
  readonly key: string
  /** Milliseconds since the epoch. */
  readonly expires: number
  readonly name: string | null
}

/** Throws a sentence that names file and variable. */
export function readTlsFiles(files: TlsFiles): Read {
  const chain = readPem(files.certificate, 'ACCUEIL_DNS_TLS_CERT')
  const key = readPem(files.key, 'ACCUEIL_DNS_TLS_KEY')
  const certificate = attempt(
    'ACCUEIL_DNS_TLS_CERT',
    files.certificate,
    'is not a certificate',
    () => new X509Certificate(chain),
  )
  const privateKey = attempt('ACCUEIL_DNS_TLS_KEY', files.key, 'is not a private key', () =>
    createPrivateKey(key),
  )
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new AppError(
      'dns.certificate',
      `the key in ${files.key} (ACCUEIL_DNS_TLS_KEY) does not belong to the certificate in ${files.certificate} (ACCUEIL_DNS_TLS_CERT)`,
    )
  }
  const [, name = null] = /DNS:(?:\*\.)?([^,\s"]+)/.exec(certificate.subjectAltName ?? '') ?? []
  const found = { chain, key, expires: Date.parse(certificate.validTo), name }
  attempt('ACCUEIL_DNS_TLS_CERT', files.certificate, 'cannot be used for TLS', () =>
    createSecureContext(optionsOf(found)),
  )
  return found
}

function readPem(file: string, variable: string): string {
  return attempt(variable, file, 'cannot be read', () => readFileSync(file, 'utf8'))
}

function attempt<T>(variable: string, file: string, what: string, body: () => T): T {
  try {
    return body()
  } catch (thrown) {
    const sentence = `${file} (${variable}) ${what}: ${reasonOf(thrown)}`
    throw new AppError('dns.certificate', sentence, { cause: thrown })
  }
}

function optionsOf({ chain, key }: Read): SecureContextOptions {
  return { cert: chain, key, minVersion: 'TLSv1.2', ciphers: CIPHERS }
}
