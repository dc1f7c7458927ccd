import { makeProfileSigner } from '#core/pki/leaves.ts'
import type { Leaf, StatusAddresses } from '#core/pki/leaves.ts'
import { deviceHasPassword } from '#db/device-enrolment.ts'
import {
  enrolWithCertificate,
  enrolWithPassword,
  listDevices,
  renewCertificate,
  revokeDevice,
} from '#db/device-enrolment.ts'
import { loadEnrolmentSettings } from '#db/enrolment-settings.ts'
import type { EnrolmentSettings } from '#db/enrolment-settings.ts'
import { createLive } from '#db/live.ts'
import type { Live } from '#db/live.ts'
import { loadGenerations, loadIssuing } from '#db/own-authority.ts'
import type { Generation } from '#db/own-authority.ts'
import { createOwnKey, listOwnKeys, revokeOwnKey } from '#db/own-device-keys.ts'
import type { PartDeps } from '#db/part.ts'
import type { AskDatabase } from '../ask-database.ts'
import type { EnrolmentServices } from './enrolment-services.ts'
import { CRL_FOLDER, OCSP_PATH } from './paths.ts'
import { createOcspResponder } from './ocsp-responder.ts'
import { createRevocationLists } from './revocation-lists.ts'

const SIGNER_NAME = 'Accueil profiles'
const SIGNER_LIFE_MS = 30 * 86_400_000

/** Constructs what stands behind the pages of devices, and what says which certificates count. */
export function createEnrolment(
  deps: PartDeps,
  ask: AskDatabase,
): { readonly services: EnrolmentServices; readonly followed: readonly Live<unknown>[] } {
  const { config, database, seal, log, clock } = deps
  const settings = createLive<EnrolmentSettings>({
    database,
    log,
    name: 'enrolment',
    channels: ['house'],
    initial: { realm: null, ssids: [], days: 395, passwords: true, things: null },
    load: () => loadEnrolmentSettings(database),
  })
  const generations = createLive<readonly Generation[]>({
    database,
    log,
    name: 'certificate authority of devices',
    channels: ['house'],
    initial: [],
    load: () => loadGenerations(database),
  })
  const status = (generation: number): StatusAddresses => ({
    crl: new URL(`${CRL_FOLDER}${generation}.crl`, config.publicUrl).href,
    ocsp: new URL(OCSP_PATH, config.publicUrl).href,
  })
  let signer: { leaf: Leaf & { chainPem: string }; generation: number; madeAt: number } | null =
    null

  async function currentSigner(): Promise<(Leaf & { readonly chainPem: string }) | null> {
    const newest = generations.value.at(-1)?.generation
    const isFresh = signer !== null && clock() < signer.madeAt + SIGNER_LIFE_MS
    if (signer !== null && isFresh && signer.generation === newest) return signer.leaf
    const issuing = await ask(() => loadIssuing(database, seal))
    if (issuing === null) return null
    const leaf = await makeProfileSigner(issuing.by, SIGNER_NAME, clock())
    signer = {
      leaf: { ...leaf, chainPem: issuing.issuingPem },
      generation: issuing.generation,
      madeAt: clock(),
    }
    return signer.leaf
  }

  return {
    followed: [settings, generations],
    services: {
      settings: () => settings.value,
      generations: () => generations.value,
      list: (account) => ask(() => listDevices(database, account)),
      enrol: (wish) => ask(() => enrolWithCertificate(database, seal, { ...wish, status })),
      renew: (wish) => ask(() => renewCertificate(database, seal, { ...wish, status })),
      enrolWithPassword: (wish) => ask(() => enrolWithPassword(database, wish)),
      hasPassword: (account, id, password) =>
        ask(() => deviceHasPassword(database, account, id, password)),
      revoke: (wish) => ask(() => revokeDevice(database, wish)),
      listKeys: (account) => ask(() => listOwnKeys(database, account)),
      makeKey: (wish) => ask(() => createOwnKey(database, seal, wish)),
      revokeKey: (wish) => ask(() => revokeOwnKey(database, wish)),
      signer: currentSigner,
      revocationList: createRevocationLists({ database, seal, ask, clock }),
      ocsp: createOcspResponder({
        generations: () => generations.value,
        ...{ database, seal, ask, clock },
      }),
    },
  }
}
