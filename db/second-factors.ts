import type { Seal } from '#core/seal.ts'
import type { Database } from './connection.ts'
import { writeAudit } from './audit.ts'
import { openSecret } from './gateways.ts'

/** What a local account shows beside its password. */
export interface SecondFactor {
  /** The shared secret of RFC 6238. */
  readonly secret: Uint8Array
  readonly lastStep: number
}

export async function findSecondFactor(
  { kysely }: Pick<Database, 'kysely'>,
  seal: Seal,
  username: string,
): Promise<SecondFactor | null> {
  const row = await kysely
    .selectFrom('staff.second_factor')
    .select(['secret', 'last_step'])
    .where('username', '=', username)
    .executeTakeFirst()
  if (row === undefined) return null
  const secret = Buffer.from(openSecret(seal, row.secret, context(username)), 'base64')
  return { secret, lastStep: Number(row.last_step) }
}

/** Keeps the first second factor of an account; false if it has one already. */
export async function enrolSecondFactor(
  { kysely }: Pick<Database, 'kysely'>,
  seal: Seal,
  enrolled: {
    readonly username: string
    readonly secret: Uint8Array
    readonly step: number
    readonly recoveryCodes: readonly string[]
    readonly at: Date
  },
): Promise<boolean> {
  const { username, secret, step, recoveryCodes, at } = enrolled
  const sealed = seal.seal(Buffer.from(secret).toString('base64'), context(username))
  return kysely.transaction().execute(async (trx) => {
    const written = await trx
      .insertInto('staff.second_factor')
      .values({ username, secret: sealed, last_step: step, enrolled_at: at })
      .onConflict((same) => same.column('username').doNothing())
      .executeTakeFirst()
    if (written.numInsertedOrUpdatedRows !== 1n) return false
    const digests = recoveryCodes.map((code) => ({
      username,
      digest: recoveryDigest(seal, username, code),
    }))
    await trx.insertInto('staff.recovery_code').values(digests).execute()
    await writeAudit(trx, {
      actor: `account:${username}`,
      action: 'staff.second-factor.enrolled',
      subject: `account ${username}`,
      reason: null,
      details: {},
    })
    return true
  })
}

/** Takes the code of a time step for good; false if one of that step or later was taken before. */
export async function takeStep(
  { kysely }: Pick<Database, 'kysely'>,
  username: string,
  step: number,
): Promise<boolean> {
  const taken = await kysely
    .updateTable('staff.second_factor')
    .set({ last_step: step })
    .where('username', '=', username)
    .where('last_step', '<', step)
    .executeTakeFirst()
  return taken.numUpdatedRows === 1n
}

/** Takes a recovery code for good; how many are left, or null if it is none. */
export async function takeRecoveryCode(
  { kysely }: Pick<Database, 'kysely'>,
  seal: Seal,
  username: string,
  code: string,
): Promise<number | null> {
  return kysely.transaction().execute(async (trx) => {
    const gone = await trx
      .deleteFrom('staff.recovery_code')
      .where('username', '=', username)
      .where('digest', '=', recoveryDigest(seal, username, code))
      .executeTakeFirst()
    if (gone.numDeletedRows !== 1n) return null
    const { left } = await trx
      .selectFrom('staff.recovery_code')
      .select((count) => count.fn.countAll<string>().as('left'))
      .where('username', '=', username)
      .executeTakeFirstOrThrow()
    await writeAudit(trx, {
      actor: `account:${username}`,
      action: 'staff.recovery-code.used',
      subject: `account ${username}`,
      reason: null,
      details: { left: Number(left) },
    })
    return Number(left)
  })
}

function context(username: string): string {
  return `totp:${username}`
}

function recoveryDigest(seal: Seal, username: string, code: string): Uint8Array {
  return seal.digest(code, `recovery code:${username}`)
}
