import { isIP } from 'node:net'
import { z } from 'zod'
import type { Seal } from '#core/seal.ts'
import type { Expected } from '#core/webauthn.ts'
import { LIMITS } from '../limits.ts'

const CHALLENGE = z.strictObject({
  purpose: z.enum(['add', 'show']),
  username: z.string(),
  at: z.number(),
})

type Challenge = z.infer<typeof CHALLENGE>

const CONTEXT = 'staff passkey 1'

/**
 * What a browser signs: sealed, so that any copy of the portal knows it again, whom it was for and when; with the
 * octets that sealing draws no two are the same. Base64url, as browsers give it back.
 */
export function newChallenge(seal: Seal, challenge: Challenge): string {
  return Buffer.from(seal.seal(JSON.stringify(challenge), CONTEXT)).toString('base64url')
}

/** When it was made; null: it is none of ours, of somebody else, for something else, or too old. */
export function readChallenge(
  seal: Seal,
  given: string,
  { purpose, username, at }: Challenge,
): Date | null {
  const bytes = given === '' ? null : seal.open(Buffer.from(given, 'base64url').toString(), CONTEXT)
  if (bytes === null) return null
  const parsed = CHALLENGE.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')))
  if (!parsed.success) return null
  const { data } = parsed
  if (data.purpose !== purpose || data.username !== username) return null
  return Math.abs(at - data.at) > LIMITS.signInMs ? null : new Date(data.at)
}

/** Browsers have passkeys for names only, and only where nobody can read along (Web Authentication §5.1.3). */
export function passkeySite({
  protocol,
  hostname,
  origin,
}: URL): Omit<Expected, 'challenge'> | null {
  const isSafe = protocol === 'https:' || hostname === 'localhost'
  const isName = isIP(hostname.replaceAll(/[[\]]/g, '')) === 0
  return isSafe && isName ? { rpId: hostname, origin } : null
}
