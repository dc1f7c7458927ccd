import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(argon2)

export interface Argon2Cost {
  /** KiB. */
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
}

/** OWASP's recommended minimum for argon2id: 19 MiB, two passes. */
const DEFAULT_COST: Argon2Cost = { memory: 19_456, passes: 2, parallelism: 1 }

const SALT_BYTES = 16
const TAG_BYTES = 32
const MOST_MEMORY = 1_048_576
const MOST_PASSES = 16
const PHC =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/

/** A PHC string: `$argon2id$v=19$m=19456,t=2,p=1$salt$tag` (RFC 9106). */
export async function hashPassword(
  password: string,
  cost: Argon2Cost = DEFAULT_COST,
): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const tag = await tagOf(Buffer.from(password), salt, cost, TAG_BYTES)
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${phc64(salt)}$${phc64(tag)}`
}

/** Whether it is one that `verifyPassword` would try. */
export function isPasswordHash(phc: string): boolean {
  const match = PHC.exec(phc)
  return match !== null && Number(match[1]) <= MOST_MEMORY && Number(match[2]) <= MOST_PASSES
}

/** False for a wrong password and for a text that is no PHC string of argon2id. */
export async function verifyPassword(phc: string, password: string | Uint8Array): Promise<boolean> {
  const match = PHC.exec(phc)
  if (match === null) return false
  const cost = { memory: Number(match[1]), passes: Number(match[2]), parallelism: Number(match[3]) }
  if (cost.memory > MOST_MEMORY || cost.passes > MOST_PASSES) return false
  const expected = Buffer.from(match[5] ?? '', 'base64')
  const tag = await tagOf(
    Buffer.from(password),
    Buffer.from(match[4] ?? '', 'base64'),
    cost,
    expected.length,
  )
  return timingSafeEqual(tag, expected)
}

async function tagOf(
  message: Buffer,
  nonce: Buffer,
  cost: Argon2Cost,
  tagLength: number,
): Promise<Buffer> {
  return derive('argon2id', { message, nonce, ...cost, tagLength })
}

function phc64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
