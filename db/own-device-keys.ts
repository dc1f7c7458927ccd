import { sql } from 'kysely'
import type { Mac } from '#core/mac.ts'
import type { Seal } from '#core/seal.ts'
import { generatePassphrase } from '#core/wpa-key.ts'
import { writeAudit } from './audit.ts'
import type { Database } from './connection.ts'
import { alone, endSessionsOfKey, sealedSecrets, whyUnfit } from './device-key-changes.ts'
import { makeDeviceId } from './device-names.ts'

/** A key that somebody made for a thing of theirs; its passphrase is shown once, when it is made. */
export interface OwnDeviceKey {
  readonly name: string
  readonly label: string
  readonly kind: string
  /** Null where a file moved it; the pages always say where. */
  readonly site: string | null
  readonly siteName: string | null
  readonly ssid: string
  /** The device that has it: declared, or the first that used it. */
  readonly mac: string | null
  /** The last day, in UTC: `2027-06-30`. */
  readonly until: string | null
}

export interface WishedKey {
  readonly owner: {
    readonly account: string
    readonly how: 'oidc' | 'ldap' | 'local'
    readonly groups: readonly string[]
  }
  readonly label: string
  readonly kind: string
  /** A code, or a name that only one place has. */
  readonly place: string
  readonly ssid: string
  readonly mac: Mac | null
  readonly days: number
  readonly actor: string
  readonly now: number
}

export type KeyRefusal = 'unknown-place' | 'mac-taken' | 'crowded' | 'too-many'

export const OWN_KEY_LIMITS = {
  /** Of one person. */
  keys: 10,
} as const

const DAY_MS = 86_400_000
const NAME_PREFIX = 'own-'

export function listOwnKeys(
  { sql }: Pick<Database, 'sql'>,
  account: string,
): Promise<readonly OwnDeviceKey[]> {
  return sql<OwnDeviceKey[]>`
    select k.name, k.label, k.kind, k.site, s.name as "siteName", k.ssid, k.until::text as until,
      coalesce(k.mac::text, (
        select min(m.mac::text) from staff.device_key_mac m where m.device_key = k.name
      )) as mac
    from staff.device_key k left join house.site s on s.code = k.site
    where k.owner = ${account} and k.label is not null
    order by k.made_at desc, k.name`
}

/** Makes the key and returns its passphrase, which nothing shows again. */
export async function createOwnKey(
  database: Pick<Database, 'kysely'>,
  seal: Seal,
  wish: WishedKey,
): Promise<
  | { readonly ok: true; readonly key: OwnDeviceKey; readonly passphrase: string }
  | { readonly ok: false; readonly reason: KeyRefusal }
> {
  const { owner, label, kind, ssid, mac, actor } = wish
  const name = `${NAME_PREFIX}${makeDeviceId()}`
  const passphrase = generatePassphrase()
  const secrets = await sealedSecrets({ name, ssid, passphrase }, seal)
  const until = new Date(wish.now + wish.days * DAY_MS).toISOString().slice(0, 10)
  return database.kysely.transaction().execute(async (kysely) => {
    await alone(kysely)
    const places = await kysely
      .selectFrom('house.site')
      .select(['code', 'name'])
      .where((is) =>
        is.or([
          is('code', '=', wish.place),
          is(sql<string>`lower(name)`, '=', wish.place.toLowerCase()),
        ]),
      )
      .limit(2)
      .execute()
    const site = places.find(({ code }) => code === wish.place) ?? places[0]
    const isClear = places.length === 1 || site?.code === wish.place
    if (site === undefined || !isClear) return { ok: false, reason: 'unknown-place' }
    const { count } = await kysely
      .selectFrom('staff.device_key')
      .select((is) => is.fn.countAll<string>().as('count'))
      .where('owner', '=', owner.account)
      .where('label', 'is not', null)
      .executeTakeFirstOrThrow()
    if (Number(count) >= OWN_KEY_LIMITS.keys) return { ok: false, reason: 'too-many' }
    const known = { name, owner: owner.account, kind, groups: [...owner.groups], ssid, mac, until }
    const place = { site: site.code, association: null, devices: 1 }
    const unfit = await whyUnfit(kysely, { ...known, ...place, passphrase })
    if (unfit !== null) {
      if (unfit.reason === 'name-taken') throw new Error('a random name was taken')
      return { ok: false, reason: unfit.reason }
    }
    const row = { ...known, ...place, ...secrets, declared: false, label, owner_how: owner.how }
    await kysely.insertInto('staff.device_key').values(row).execute()
    await writeAudit(kysely, {
      ...{ actor, action: 'device-key.create', subject: name, reason: null },
      details: { ...known, ...place, label },
    })
    const key = { name, label, kind, site: site.code, siteName: site.name, ssid, mac, until }
    return { ok: true, key, passphrase }
  })
}

/** Takes it away from the thing, and asks for its session to end. False: it is not theirs, or gone. */
export async function revokeOwnKey(
  database: Pick<Database, 'kysely'>,
  wish: { readonly name: string; readonly account: string; readonly actor: string },
): Promise<boolean> {
  const { name, account, actor } = wish
  return database.kysely.transaction().execute(async (kysely) => {
    await alone(kysely)
    const own = await kysely
      .selectFrom('staff.device_key')
      .select('name')
      .where('name', '=', name)
      .where('owner', '=', account)
      .where('label', 'is not', null)
      .executeTakeFirst()
    if (own === undefined) return false
    await endSessionsOfKey(kysely, name, actor, 'device key revoked')
    await kysely.deleteFrom('staff.device_key').where('name', '=', name).execute()
    await writeAudit(kysely, {
      ...{ actor, action: 'device-key.revoke', subject: name },
      ...{ reason: 'by its owner', details: {} },
    })
    return true
  })
}
