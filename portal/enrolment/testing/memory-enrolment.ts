import type { Clock } from '#core/clock.ts'
import { makeIssuing, makeRoot } from '#core/pki/authorities.ts'
import { certifyDevice, makeProfileSigner } from '#core/pki/leaves.ts'
import { ocspRefusal } from '#core/pki/ocsp.ts'
import { makeRevocationList } from '#core/pki/revocation-list.ts'
import type { Enrolment, IssuedCertificate, OwnDevice } from '#db/device-enrolment.ts'
import type { EnrolmentSettings } from '#db/enrolment-settings.ts'
import type { OwnDeviceKey } from '#db/own-device-keys.ts'
import type { Generation } from '#db/own-authority.ts'
import type { EnrolmentServices } from '../enrolment-services.ts'

const DAY_MS = 86_400_000
const STATUS = {
  crl: 'http://portail.example.org/pki/crl/1.crl',
  ocsp: 'http://portail.example.org/pki/ocsp',
}
let authority: ReturnType<typeof makeAuthority> | null = null

async function makeAuthority(now: number) {
  const root = await makeRoot('Root in a test', 'p256', now)
  return { root, issuing: await makeIssuing('Devices in a test', root, now) }
}

/** Devices in memory, certified by a real authority that is made once for all tests of a file. */
export interface MemoryEnrolment extends EnrolmentServices {
  settingsNow: EnrolmentSettings
  generationsNow: Generation[]
  devices: (OwnDevice & { readonly account: string; readonly password?: string })[]
  keys: (OwnDeviceKey & { readonly owner: string })[]
  /** Brings the authority in. */
  ready(): Promise<void>
}

export function memoryEnrolment(clock: Clock, isUp: () => boolean): MemoryEnrolment {
  let made = 0
  const whenUp = <T>(value: () => T | Promise<T>): Promise<T> =>
    isUp() ? Promise.resolve(value()) : Promise.reject(new Error('connection refused'))

  function add(
    wish: Enrolment,
    more: Pick<OwnDevice, 'credential'> & { password?: string },
  ): string {
    made += 1
    const id = `aaaaaaaaaaaaaaa${'abcdefghijk'.charAt(made)}`
    const { account } = wish.owner
    store.devices.unshift({
      ...{ id, account, name: wish.name, kind: wish.kind, generation: 1, ...more },
      ...{ createdAt: new Date(wish.now), endsAt: new Date(wish.now + wish.days * DAY_MS) },
      ...{ lastSeenOn: null, revokedAt: null },
    })
    return id
  }

  async function issue(id: string, wish: Enrolment & { readonly publicKey: Uint8Array }) {
    authority ??= makeAuthority(clock())
    const { issuing } = await authority
    const endsAt = wish.now + wish.days * DAY_MS
    const about = { id, publicKey: wish.publicKey, until: endsAt, status: STATUS }
    const { pem, serial } = await certifyDevice(issuing, about, wish.now)
    return {
      ...{ ok: true, id, serial, certificatePem: pem, chainPem: issuing.certificatePem, endsAt },
    } as IssuedCertificate
  }

  const store: MemoryEnrolment = {
    settingsNow: {
      realm: 'restos.example',
      ssids: ['Restos & Co'],
      days: 395,
      passwords: true,
      things: 'Tables-Things',
    },
    generationsNow: [],
    devices: [],
    keys: [],
    async ready() {
      authority ??= makeAuthority(clock())
      const { root, issuing } = await authority
      store.generationsNow = [
        {
          ...{ generation: 1, rootPem: root.certificatePem, issuingPem: issuing.certificatePem },
          ...{ serverFrom: new Date(0), madeAt: new Date(0) },
        },
      ]
    },
    settings: () => store.settingsNow,
    generations: () => store.generationsNow,
    list: (account) => whenUp(() => store.devices.filter((one) => one.account === account)),
    enrol: (wish) => whenUp(() => issue(add(wish, { credential: 'certificate' }), wish)),
    renew: (wish) => whenUp(() => issue(wish.id, wish)),
    enrolWithPassword: (wish) =>
      whenUp(() => {
        const id = add(wish, { credential: 'password', password: wish.password })
        return { ok: true, id, endsAt: wish.now + wish.days * DAY_MS } as const
      }),
    hasPassword: (account, id, password) =>
      whenUp(() =>
        store.devices.some(
          (one) => one.account === account && one.id === id && one.password === password,
        ),
      ),
    revoke: ({ id, account }) =>
      whenUp(() => {
        const at = store.devices.findIndex((one) => one.id === id && one.account === account)
        const device = store.devices[at]
        if (device === undefined || device.revokedAt !== null) return false
        store.devices[at] = { ...device, revokedAt: new Date(clock()) }
        return true
      }),
    listKeys: (account) => whenUp(() => store.keys.filter((one) => one.owner === account)),
    makeKey: (wish) =>
      whenUp(() => {
        if (wish.place !== '75-0042') return { ok: false, reason: 'unknown-place' } as const
        const { label, kind, ssid, mac } = wish
        const key = { name: `own-${store.keys.length}`, label, kind, ssid, mac }
        const at = { site: wish.place, siteName: 'Centre Nation', until: '2027-12-28' }
        store.keys.push({ ...key, ...at, owner: wish.owner.account })
        return { ok: true, key: { ...key, ...at }, passphrase: 'n7kq-v3xd-2hbm-wt9e' } as const
      }),
    revokeKey: ({ name, account }) =>
      whenUp(() => {
        const before = store.keys.length
        store.keys = store.keys.filter((one) => one.name !== name || one.owner !== account)
        return store.keys.length < before
      }),
    async signer() {
      authority ??= makeAuthority(clock())
      const { issuing } = await authority
      const leaf = await makeProfileSigner(issuing, 'profiles in a test', clock())
      return { ...leaf, chainPem: issuing.certificatePem }
    },
    revocationList: (generation) =>
      whenUp(async () => {
        if (generation !== 1) return null
        authority ??= makeAuthority(clock())
        const { issuing } = await authority
        const about = { number: 1, from: clock(), until: clock() + DAY_MS }
        return makeRevocationList(issuing, [], about)
      }),
    ocsp: () => whenUp(() => ocspRefusal('malformedRequest')),
  }
  return store
}
