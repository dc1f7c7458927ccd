import { expect, test } from 'vitest'
import { deviceCertificatesOfNobody, loginOfBob } from '../testing/login.ts'
import { createEapMethods } from './eap-methods.ts'
import { EAP_TYPE } from './eap-packet.ts'
import { createResumption } from './resumption.ts'
import { createTunnelContexts } from './tunnel-contexts.ts'

function typesWith(first: number, hasDeviceCas: boolean): readonly number[] {
  const login = loginOfBob()
  return createEapMethods({
    login: { from: () => login },
    certificates: deviceCertificatesOfNobody,
    resumption: createResumption({
      login,
      save: () => Promise.resolve(),
      load: () => Promise.resolve(null),
      clock: Date.now,
    }),
    contexts: () => createTunnelContexts([], [], null),
    hasDeviceCas: () => hasDeviceCas,
    first,
    clock: Date.now,
  }).types
}

const { TLS, TTLS, PEAP } = EAP_TYPE

test.each([
  ['EAP-TTLS', TTLS, true, [TTLS, PEAP, TLS]],
  ['PEAP', PEAP, true, [PEAP, TTLS, TLS]],
  ['EAP-TLS', TLS, true, [TLS, TTLS, PEAP]],
  // Asking for certificates that nobody can have would only cost a round.
  ['EAP-TLS without a CA of devices', TLS, false, [TTLS, PEAP]],
])('%s is proposed first where that is set', (_, first, hasDeviceCas, types) => {
  expect(typesWith(first, hasDeviceCas)).toEqual(types)
})
