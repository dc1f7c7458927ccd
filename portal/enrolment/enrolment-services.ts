import type { Leaf } from '#core/pki/leaves.ts'
import type { EnrolmentSettings } from '#db/enrolment-settings.ts'
import type { Generation } from '#db/own-authority.ts'
import type {
  Enrolment,
  EnrolmentRefusal,
  IssuedCertificate,
  OwnDevice,
} from '#db/device-enrolment.ts'

import type { OwnDeviceKey, KeyRefusal, WishedKey } from '#db/own-device-keys.ts'

type Refused = { readonly ok: false; readonly reason: EnrolmentRefusal }

/** What the pages of devices need of the world; what asks the database rejects when it takes too long. */
export interface EnrolmentServices {
  readonly settings: () => EnrolmentSettings
  /** Of the certificate authority; none before the RADIUS part has made the first. */
  readonly generations: () => readonly Generation[]
  list(account: string): Promise<readonly OwnDevice[]>
  enrol(wish: Enrolment & { readonly publicKey: Uint8Array }): Promise<IssuedCertificate | Refused>
  renew(
    wish: Enrolment & { readonly id: string; readonly publicKey: Uint8Array },
  ): Promise<IssuedCertificate | Refused>
  enrolWithPassword(
    wish: Enrolment & { readonly password: string; readonly generation: number },
  ): Promise<{ readonly ok: true; readonly id: string; readonly endsAt: number } | Refused>
  /** Whether it is the password of this person's device. */
  hasPassword(account: string, id: string, password: string): Promise<boolean>
  revoke(wish: {
    readonly id: string
    readonly account: string
    readonly actor: string
    readonly reason: string
  }): Promise<boolean>
  /** Of tills and printers, made by this person. */
  listKeys(account: string): Promise<readonly OwnDeviceKey[]>
  makeKey(
    wish: WishedKey,
  ): Promise<
    | { readonly ok: true; readonly key: OwnDeviceKey; readonly passphrase: string }
    | { readonly ok: false; readonly reason: KeyRefusal }
  >
  revokeKey(wish: {
    readonly name: string
    readonly account: string
    readonly actor: string
  }): Promise<boolean>
  /** What signs profiles, with what stands between it and the root; null before there is an authority. */
  signer(): Promise<(Leaf & { readonly chainPem: string }) | null>
  /** The revocation list of a generation, DER; null where there is none such. */
  revocationList(generation: number): Promise<Uint8Array<ArrayBuffer> | null>
  /** An answer of OCSP to a question, both DER. */
  ocsp(question: Uint8Array): Promise<Uint8Array<ArrayBuffer>>
}
