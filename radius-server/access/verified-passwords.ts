import { randomBytes } from 'node:crypto'
import { BoundedMap } from '#core/bounded-map.ts'
import type { Clock } from '#core/clock.ts'
import { HmacMd5, MD5_BYTES, hmacMd5Key } from '#core/md5.ts'
import type { HmacMd5Key } from '#core/md5.ts'
import type { Account } from '#db/accounts.ts'

export const VERIFIED_LIMITS = {
  right: 50_000,
  rightLifeMs: 12 * 3_600_000,
  wrong: 10_000,
  /** A device with an old password tries every few seconds; it may cost one hash a minute. */
  wrongLifeMs: 60_000,
} as const

type KnownPassword = Pick<Account, 'username' | 'passwordHash'>

/**
 * What argon2 has said before. Checking a password takes 44 ms of a core; a device that roams logs
 * in again every few minutes. The key binds the stored hash, so that a changed or removed account is
 * never answered from here, and is keyed at random, so that nobody can work out which password has
 * which key. HMAC-MD5 is sound for that (RFC 6151 §2.3), and takes an eighth of the time that SHA-256 did.
 */
export interface VerifiedPasswords {
  keyOf(account: KnownPassword, password: Uint8Array): string
  /** What was found before; undefined if it must be checked. */
  recall(key: string): boolean | undefined
  remember(key: string, isRight: boolean): void
  readonly evicted: number
}

export function createVerifiedPasswords(clock: Clock): VerifiedPasswords {
  const processKey = hmacMd5Key(randomBytes(32))
  const hmac = new HmacMd5()
  const tag = Buffer.alloc(MD5_BYTES)
  /** Of accounts as they are now: a changed one is another object. */
  const keys = new WeakMap<KnownPassword, HmacMd5Key>()

  function accountKey(account: KnownPassword): HmacMd5Key {
    const known = keys.get(account)
    if (known !== undefined) return known
    // Neither a username nor a PHC string can hold a NUL, so the parts cannot be shifted.
    const about = Buffer.from(`${account.username}\0${account.passwordHash}`, 'utf8')
    hmac.start(processKey).update(about).finish(tag)
    const key = hmacMd5Key(tag)
    keys.set(account, key)
    return key
  }

  const right = new BoundedMap<string, true>({
    limit: VERIFIED_LIMITS.right,
    ttlMs: VERIFIED_LIMITS.rightLifeMs,
    clock,
  })
  const wrong = new BoundedMap<string, true>({
    limit: VERIFIED_LIMITS.wrong,
    ttlMs: VERIFIED_LIMITS.wrongLifeMs,
    clock,
  })
  return {
    keyOf(account, password) {
      hmac.start(accountKey(account)).update(password).finish(tag)
      return tag.toString('latin1')
    },
    recall(key) {
      if (right.get(key) === true) return true
      return wrong.get(key) === true ? false : undefined
    },
    remember(key, isRight) {
      if (isRight) right.set(key, true)
      else wrong.set(key, true)
    },
    get evicted() {
      return right.evicted + wrong.evicted
    },
  }
}
