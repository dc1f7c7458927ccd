import { randomBytes } from 'node:crypto'
import { cryptoEngine, signingKey } from '#core/pki/keys.ts'
import { isTokenKey, readTokenKey } from '#core/pki/token-key.ts'
import { loadIssuing } from '#db/own-authority.ts'
import type { Finding } from './finding.ts'
import type { House } from './house.ts'

/** Where the newest issuing key is on a token: whether that signs. Nothing where it is not. */
export async function checkToken({ database, seal }: House): Promise<readonly Finding[]> {
  const issuing = await loadIssuing(database, seal)
  if (issuing === null || !isTokenKey(issuing.by.keyPem)) return []
  const what = `token ${readTokenKey(issuing.by.keyPem).token} of the certificate authority`
  // Rejects with what to do, which is told.
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
  await cryptoEngine().sign(algorithm, await signingKey(issuing.by.keyPem), randomBytes(32))
  return [{ what }]
}
