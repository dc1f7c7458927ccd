import type { DeviceCertificates } from '../access/device-certificates.ts'
import type { Phase2, Say } from './tls-method.ts'
import type { TlsTunnel } from './tls-tunnel.ts'

/** The protected success indication (RFC 9190 §2.1.1): nothing else is ever said inside. */
const COMMITMENT = Buffer.of(0)

/**
 * EAP-TLS (RFC 5216, RFC 9190): the certificate is all there is. It is judged anew when a session is
 * resumed, from the copy in the session, since device and person may have been struck off meanwhile.
 */
export function createEapTlsPhase2(tunnel: TlsTunnel, certificates: DeviceCertificates): Phase2 {
  async function judge(): Promise<Say> {
    const peer = tunnel.peerCertificate()
    if (peer === null) return { kind: 'failure', reason: 'certificate-missing' }
    const verdict = await certificates.check(peer.certificate)
    if (!verdict.ok) {
      const { reason } = verdict
      return reason === 'overloaded' ? { kind: 'overloaded' } : { kind: 'failure', reason }
    }
    // Whatever else OpenSSL has against it: the root above, the purpose, the strength of the key.
    if (peer.problem !== null) return { kind: 'failure', reason: 'certificate-not-valid' }
    const { account } = verdict
    return { kind: 'success', account, method: 'eap-tls', loginName: account.username }
  }
  return {
    async greet() {
      const verdict = await judge()
      if (verdict.kind !== 'success') return verdict
      return tunnel.isTls13 ? { kind: 'say', plain: COMMITMENT } : { kind: 'listen' }
    },
    turn: judge,
    hear: () => Promise.resolve({ kind: 'failure', reason: 'eap-protocol' }),
  }
}
