import { X509Certificate } from 'node:crypto'
import type { Clock } from '#core/clock.ts'
import type { DeviceCa } from '#db/device-cas.ts'
import type { LoginTrace } from '../login-trace.ts'
import { certificateName } from './certificate-name.ts'
import type { EnrolledLogin } from './enrolled-login.ts'
import type { LoginRefusal, StaffAccount, StaffLogin } from './staff-login.ts'

export type DeviceVerdict =
  | { readonly ok: true; readonly account: StaffAccount }
  | {
      readonly ok: false
      readonly reason:
        | 'certificate-unknown-ca'
        | 'certificate-not-valid'
        | 'certificate-revoked'
        | 'certificate-without-name'
        | LoginRefusal
    }

/** Who a certificate stands for, and whether that still holds: asked at every login. */
export interface DeviceCertificates {
  check(certificate: X509Certificate, trace?: LoginTrace): DeviceVerdict | Promise<DeviceVerdict>
}

export interface DeviceCertificateDeps {
  /** The same array as long as nothing changed. */
  readonly cas: () => readonly DeviceCa[]
  /** What signed the devices of the house itself, as PEM; the same array likewise. */
  readonly issuing: () => readonly string[]
  readonly enrolled: EnrolledLogin
  readonly login: Pick<StaffLogin, 'standing'>
  readonly clock: Clock
}

export function createDeviceCertificates(deps: DeviceCertificateDeps): DeviceCertificates {
  const { cas, issuing, enrolled, login, clock } = deps
  let builtOwn: readonly string[] | null = null
  let own: readonly X509Certificate[] = []
  let built: readonly DeviceCa[] | null = null
  let issuers: readonly (readonly [DeviceCa, X509Certificate])[] = []

  function issuerOf(certificate: X509Certificate): DeviceCa | undefined {
    const current = cas()
    if (current !== built) {
      issuers = current.map((ca) => [ca, new X509Certificate(ca.chainPem)] as const)
      built = current
    }
    const found = issuers.find(
      ([, issuer]) => certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey),
    )
    return found?.[0]
  }

  function isOwn(certificate: X509Certificate): boolean {
    const current = issuing()
    if (current !== builtOwn) {
      own = current.map((pem) => new X509Certificate(pem))
      builtOwn = current
    }
    return own.some(
      (issuer) => certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey),
    )
  }

  async function accountOf(
    name: string,
    device: DeviceCa['device'],
    trace: LoginTrace | undefined,
  ): Promise<DeviceVerdict> {
    const verdict = await login.standing(name, trace)
    // Whoever it was for, the certificate has the name.
    if (trace !== undefined) trace.isKnown = true
    if (!verdict.ok || device === null) return verdict
    return { ok: true, account: { ...verdict.account, device } }
  }

  return {
    check(certificate, trace) {
      if (trace !== undefined) {
        trace.answerer = 'certificate'
        trace.serial = serialOf(certificate)
      }
      const ofHouse = isOwn(certificate)
      const ca = ofHouse ? undefined : issuerOf(certificate)
      if (!ofHouse && ca === undefined) return { ok: false, reason: 'certificate-unknown-ca' }
      // OpenSSL looked when the session began, which may be hours ago.
      const now = clock()
      const isValid =
        certificate.validFromDate.getTime() <= now && now < certificate.validToDate.getTime()
      if (!isValid) return { ok: false, reason: 'certificate-not-valid' }
      if (ca === undefined) return enrolled.byCertificate(serialOf(certificate), trace)
      if (ca.revoked.has(serialOf(certificate))) {
        return { ok: false, reason: 'certificate-revoked' }
      }
      const name = certificateName(certificate, ca.nameFrom)
      if (name === null) return { ok: false, reason: 'certificate-without-name' }
      // Signed by an authority that is declared: it is a name, and no password.
      if (trace !== undefined) {
        trace.claimed = name
        trace.isKnown = true
      }
      if (ca.names === 'account') return accountOf(name, ca.device, trace)
      const { groups, device } = ca
      return { ok: true, account: { username: name, groups, ...(device !== null && { device }) } }
    },
  }
}

function serialOf(certificate: X509Certificate): string {
  return certificate.serialNumber.toUpperCase().replace(/^0+(?=.)/, '')
}
