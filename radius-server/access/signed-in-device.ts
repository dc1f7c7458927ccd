import type { Clock } from '#core/clock.ts'
import type { Mac } from '#core/mac.ts'
import type { InternalGrant } from '#db/internal-grants.ts'
import type { CaptiveNetwork } from '#db/sites.ts'
import { LoginTrace } from '../login-trace.ts'
import type { Admission } from '../policy/admission.ts'
import { reject, silence } from '../request.ts'
import type { Answer, RadiusRequest } from '../request.ts'
import { SESSION_MOST_SECONDS } from './accept.ts'
import type { CaptiveAnswer } from './captive-answer.ts'
import type { GrantLookup } from './grant-lookup.ts'
import type { LoginVerdict, StaffStanding } from './staff-login.ts'

/** MAC authentication on an internal network where devices are let in by who signed in for them. */
export type SignedInDevice = (
  network: CaptiveNetwork,
  mac: Mac,
  request: RadiusRequest,
) => Answer | Promise<Answer>

/** A device goes as far as its owner, who is asked about each time; it is never more than its own VLAN. */
export function createSignedInDevice(deps: {
  readonly grants: GrantLookup<InternalGrant>
  readonly people: Pick<StaffStanding, 'standing'>
  readonly admission: Admission
  readonly captive: CaptiveAnswer
  readonly clock: Clock
}): SignedInDevice {
  const { grants, people, admission, captive, clock } = deps

  function refuse(
    reason: 'no-grant' | 'grants-unavailable',
    mac: Mac,
    request: RadiusRequest,
  ): Answer {
    const kept = captive(request.client.gateway, mac, 'staff')
    if (kept === null) return reject(reason)
    return { kind: 'accept', method: 'captive', rule: null, attributes: kept }
  }

  function admit(
    network: CaptiveNetwork,
    grant: InternalGrant,
    verdict: LoginVerdict,
    { client }: RadiusRequest,
  ): Answer {
    if (!verdict.ok) {
      return verdict.reason === 'overloaded'
        ? silence('passwords-overloaded')
        : reject(verdict.reason)
    }
    const left = Math.floor((grant.until.getTime() - clock()) / 1000)
    const seconds = Math.max(1, Math.min(left, SESSION_MOST_SECONDS))
    const admitted = admission.staff(
      client.gateway,
      network.network,
      verdict.account,
      'mac-sign-in',
      seconds,
    )
    const { ok, rule, attributes } = admitted
    if (!ok) return reject('refused-by-policy', attributes, rule)
    return { kind: 'accept', method: 'mac-sign-in', rule, attributes }
  }

  return (network, mac, request) => {
    const trace = new LoginTrace('mac-sign-in', mac)
    trace.answerer = 'grant'
    request.trace = trace

    function answerTo(grant: Awaited<ReturnType<typeof grants.until>>): Answer | Promise<Answer> {
      if (grant === 'overloaded') return silence('grants-overloaded')
      if (grant === 'unavailable') return refuse('grants-unavailable', mac, request)
      if (grant === null) return refuse('no-grant', mac, request)
      trace.account = grant.account
      const verdict = people.standing(grant.account, trace)
      return verdict instanceof Promise
        ? verdict.then((settled) => admit(network, grant, settled, request))
        : admit(network, grant, verdict, request)
    }

    const grant = grants.until(mac)
    return grant instanceof Promise ? grant.then(answerTo) : answerTo(grant)
  }
}
