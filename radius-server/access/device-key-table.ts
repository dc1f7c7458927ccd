import type { Clock } from '#core/clock.ts'
import type { Mac } from '#core/mac.ts'
import type { DeviceKey, DeviceKeys } from '#db/device-keys.ts'
import type { Gateway } from '#db/gateways.ts'

type Place = Pick<Gateway, 'site' | 'association'>

/** The device keys in memory, by network, place and device. */
export interface DeviceKeyTable {
  readonly size: number
  /** Whether there is any here: what every request of the place is asked first. */
  isUsed(place: Place): boolean
  /** Whether there is a key for this network at this place. */
  hasNetwork(place: Place, ssid: string): boolean
  /** The key that the device is declared with or bound to; without an SSID if there is but one here. */
  ofDevice(place: Place, ssid: string | null, mac: Mac): DeviceKey | undefined
  /** Those that a device nobody knows may have: without a device of their own, and not used by as many as may. */
  candidates(place: Place, ssid: string): readonly DeviceKey[]
  byName(name: string): DeviceKey | undefined
  isBound(key: DeviceKey, mac: Mac): boolean
  /** Until the database says it too. */
  bind(key: DeviceKey, mac: Mac): void
}

interface Scopes {
  readonly everywhere: DeviceKey[]
  readonly association: Map<string, DeviceKey[]>
  readonly site: Map<string, DeviceKey[]>
}

interface Index {
  readonly byName: ReadonlyMap<string, DeviceKey>
  readonly bySsid: ReadonlyMap<string, Scopes>
  /** The sites and associations with keys of their own. */
  readonly sites: ReadonlySet<string | null>
  readonly associations: ReadonlySet<string | null>
  readonly isEverywhere: boolean
  /** By device, then network. */
  readonly byMac: Map<Mac, Map<string, DeviceKey>>
  readonly users: Map<string, number>
}

const NONE: readonly DeviceKey[] = []

/**
 * `current` returns the same object as long as nothing changed, so a change costs one rebuild. `isOff` says
 * of somebody who made a key for themselves that they have left: then it opens nothing.
 */
export function createDeviceKeyTable(
  current: () => DeviceKeys,
  clock: Clock,
  isOff: (owner: string, how: 'oidc' | 'ldap' | 'local') => boolean,
): DeviceKeyTable {
  let built: DeviceKeys | null = null
  let index = indexOf({ keys: [], bound: [] })

  function fresh(): Index {
    const now = current()
    if (now !== built) {
      index = indexOf(now)
      built = now
    }
    return index
  }

  const isValid = ({ until, owner, ownerHow }: DeviceKey): boolean =>
    (until === null || clock() < until) && (ownerHow === null || !isOff(owner, ownerHow))
  const isHere = (key: DeviceKey, { site, association }: Place): boolean =>
    (key.site === null || key.site === site) &&
    (key.association === null || key.association === association)

  function at({ site, association }: Place, ssid: string): readonly (readonly DeviceKey[])[] {
    const scopes = fresh().bySsid.get(ssid)
    if (scopes === undefined) return []
    return [
      scopes.site.get(site) ?? NONE,
      scopes.association.get(association) ?? NONE,
      scopes.everywhere,
    ]
  }

  return {
    get size() {
      return fresh().byName.size
    },
    isUsed({ site, association }) {
      const { isEverywhere, sites, associations } = fresh()
      return isEverywhere || sites.has(site) || associations.has(association)
    },
    hasNetwork: (place, ssid) => at(place, ssid).some((keys) => keys.length > 0),
    ofDevice(place, ssid, mac) {
      const networks = fresh().byMac.get(mac)
      if (networks === undefined) return undefined
      const found = ssid === null ? [...networks.values()] : [networks.get(ssid)]
      const here = found.filter((key) => key !== undefined && isValid(key) && isHere(key, place))
      return here.length === 1 ? here[0] : undefined
    },
    candidates(place, ssid) {
      const { users } = fresh()
      return at(place, ssid)
        .flat()
        .filter(
          (key) => key.mac === null && isValid(key) && (users.get(key.name) ?? 0) < key.devices,
        )
    },
    byName: (name) => fresh().byName.get(name),
    isBound: (key, mac) => fresh().byMac.get(mac)?.get(key.ssid)?.name === key.name,
    bind: (key, mac) => put(fresh(), key, mac),
  }
}

function indexOf({ keys, bound }: DeviceKeys): Index {
  const bySsid = new Map<string, Scopes>()
  const index: Index = {
    byName: new Map(keys.map((key) => [key.name, key])),
    bySsid,
    sites: new Set(keys.map(({ site }) => site)),
    associations: new Set(keys.map(({ association }) => association)),
    isEverywhere: keys.some(({ site, association }) => site === null && association === null),
    byMac: new Map(),
    users: new Map(),
  }
  for (const key of keys) {
    const scopes = orNew(bySsid, key.ssid, (): Scopes => ({
      everywhere: [],
      association: new Map(),
      site: new Map(),
    }))
    if (key.site !== null) orNew(scopes.site, key.site, () => []).push(key)
    else if (key.association !== null) {
      orNew(scopes.association, key.association, () => []).push(key)
    } else scopes.everywhere.push(key)
  }
  for (const { mac, key } of bound) {
    const known = index.byName.get(key)
    if (known !== undefined) put(index, known, mac)
  }
  // Last: what is declared counts more than what was seen.
  for (const key of keys) if (key.mac !== null) put(index, key, key.mac)
  return index
}

function put({ byMac, users }: Index, key: DeviceKey, mac: Mac): void {
  const networks = orNew(byMac, mac, () => new Map<string, DeviceKey>())
  const before = networks.get(key.ssid)
  if (before?.name === key.name) return
  if (before !== undefined) users.set(before.name, (users.get(before.name) ?? 1) - 1)
  networks.set(key.ssid, key)
  users.set(key.name, (users.get(key.name) ?? 0) + 1)
}

function orNew<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
