import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AppError, codeOf, reasonOf } from './error.ts'

/** Variables that are secret, or hold one: each may be a file instead. */
export const CREDENTIALS = [
  'DATABASE_URL',
  'ACCUEIL_MASTER_KEY',
  'OIDC_CLIENT_SECRET',
  'LDAP_BIND_PASSWORD',
  'OTEL_EXPORTER_OTLP_HEADERS',
] as const

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The environment, with the files of CREDENTIALS_DIRECTORY for those secrets that it does not have:
 * systemd's LoadCredential, a mounted Secret of Kubernetes, the secrets of an engine of containers. A
 * process shows its environment to whoever is the same user; a file is seen by who may open it. A file
 * that is not there is a secret that is not given; one that cannot be read throws.
 */
export function withCredentials(env: Environment): Environment {
  const folder = env['CREDENTIALS_DIRECTORY'] ?? ''
  if (folder === '') return env
  const missing = CREDENTIALS.filter((name) => (env[name] ?? '') === '')
  return {
    ...env,
    ...Object.fromEntries(missing.map((name) => [name, contentOf(join(folder, name))])),
  }
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return undefined
    throw new AppError('config', `the credential ${file} cannot be read: ${reasonOf(thrown)}`)
  }
}
