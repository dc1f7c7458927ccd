import type { DeviceCertificates } from '../access/device-certificates.ts'
import type { StaffLogin, StaffLogins } from '../access/staff-login.ts'
import type { EapMethod, EapMethods } from './eap-method.ts'
import { EAP_TYPE } from './eap-packet.ts'
import { createEapTlsPhase2 } from './eap-tls.ts'
import { createPeapPhase2 } from './peap.ts'
import type { Resumption } from './resumption.ts'
import { createTlsMethod } from './tls-method.ts'
import type { TlsMethodDeps } from './tls-method.ts'
import { createTtlsPhase2 } from './ttls.ts'
import type { TunnelContexts } from './tls-tunnel.ts'

export interface EapMethodDeps {
  readonly login: Pick<StaffLogins, 'from'>
  readonly certificates: DeviceCertificates
  readonly resumption: Resumption
  /** Of the certificate in use now; a conversation keeps what it began with. */
  readonly contexts: () => TunnelContexts
  /** Whether there is a CA whose devices may log in. */
  readonly hasDeviceCas: () => boolean
  /** Proposed before the others. */
  readonly first: number
}

export function createEapMethods(deps: EapMethodDeps): EapMethods {
  const { login, certificates, resumption, contexts, hasDeviceCas, first } = deps
  const phase2: Readonly<Record<number, (own: StaffLogin) => TlsMethodDeps['createPhase2']>> = {
    [EAP_TYPE.TLS]: () => (tunnel) => createEapTlsPhase2(tunnel, certificates),
    [EAP_TYPE.TTLS]: (own) => (tunnel, resumed) => createTtlsPhase2(tunnel, own, resumed),
    [EAP_TYPE.PEAP]: (own) => (_, resumed) => createPeapPhase2(own, resumed),
  }

  return {
    get types() {
      const all = [first, EAP_TYPE.TTLS, EAP_TYPE.PEAP, EAP_TYPE.TLS]
      return [...new Set(all)].filter((type) => type !== EAP_TYPE.TLS || hasDeviceCas())
    },
    create(type, origin): EapMethod {
      const createPhase2 = phase2[type]
      if (createPhase2 === undefined) throw new RangeError(`there is no EAP method ${type}`)
      return createTlsMethod({
        type,
        openTunnel: (resume) => contexts().open(type, resume),
        resumption,
        createPhase2: createPhase2(login.from(origin)),
      })
    },
  }
}
