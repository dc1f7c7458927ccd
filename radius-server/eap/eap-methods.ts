import type { Clock } from '#core/clock.ts'
import type { DeviceCertificates } from '../access/device-certificates.ts'
import type { LoginOrigin } from '../access/login-origin.ts'
import type { StaffLogins } from '../access/staff-login.ts'
import { createTracedLogin } from '../access/traced-login.ts'
import type { LoginTrace } from '../login-trace.ts'
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
  readonly clock: Clock
}

export function createEapMethods(deps: EapMethodDeps): EapMethods {
  const { login, certificates, resumption, contexts, hasDeviceCas, first, clock } = deps

  function phase2Of(
    type: number,
    origin: LoginOrigin,
    trace: LoginTrace,
  ): TlsMethodDeps['createPhase2'] | undefined {
    const traced = createTracedLogin(login.from(origin), trace, clock)
    switch (type) {
      case EAP_TYPE.TLS:
        return (tunnel) =>
          createEapTlsPhase2(tunnel, { check: (shown) => certificates.check(shown, trace) })
      case EAP_TYPE.TTLS:
        return (tunnel, resumed) => createTtlsPhase2(tunnel, traced, resumed)
      case EAP_TYPE.PEAP:
        return (_, resumed) => createPeapPhase2(traced, resumed)
      default:
        return undefined
    }
  }

  return {
    get types() {
      const all = [first, EAP_TYPE.TTLS, EAP_TYPE.PEAP, EAP_TYPE.TLS]
      return [...new Set(all)].filter((type) => type !== EAP_TYPE.TLS || hasDeviceCas())
    },
    create(type, origin, trace): EapMethod {
      const createPhase2 = phase2Of(type, origin, trace)
      if (createPhase2 === undefined) throw new RangeError(`there is no EAP method ${type}`)
      return createTlsMethod({
        type,
        openTunnel: (resume) => contexts().open(type, resume),
        resumption,
        createPhase2,
        trace,
      })
    },
  }
}
