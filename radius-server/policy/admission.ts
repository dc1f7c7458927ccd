import type { Clock } from '#core/clock.ts'
import type { Gateway } from '#db/gateways.ts'
import type { Policy, PolicyGift, Proof } from '#db/policies.ts'
import type { Network } from '#db/sites.ts'
import { GUEST_ATTRIBUTES, SESSION_MOST_SECONDS, staffAttributes } from '../access/accept.ts'
import type { StaffAccount } from '../access/staff-login.ts'
import { integerAttribute, textAttribute } from '../attributes.ts'
import type { Attribute } from '../attributes.ts'
import { ATTRIBUTE, TERMINATION_ACTION } from '../dictionary.ts'
import type { Method } from '../request.ts'
import { compilePolicies, rulesFor } from '#db/policy-table.ts'
import type { Rule, Subject } from '#db/policy-table.ts'
import { renderGift } from './vendor-profiles.ts'

const GUEST: Subject = { groups: [], proof: 'mac', device: null }

/**
 * RFC 3580 §3.17: at the end of the session the device is asked again who it is, and goes on without a
 * break if it may. Only 802.1X has a way to ask.
 */
const ASK_AGAIN = integerAttribute(
  ATTRIBUTE['Termination-Action'],
  TERMINATION_ACTION['RADIUS-Request'],
)

interface Way {
  readonly proof: Proof
  readonly isEap: boolean
  /** The VLAN is the network's, unless a policy says another for this proof: a copied address reaches no further. */
  readonly isKeptApart?: boolean
}

const WAYS: Readonly<Record<Method, Way>> = {
  pap: { proof: 'password', isEap: false },
  mschapv2: { proof: 'password', isEap: false },
  mac: { proof: 'mac', isEap: false },
  'mac-sign-in': { proof: 'mac', isEap: false, isKeptApart: true },
  captive: { proof: 'mac', isEap: false },
  'one-time': { proof: 'password', isEap: false },
  'device-key': { proof: 'psk', isEap: false },
  // How they proved it is between them and their home server.
  proxied: { proof: 'password', isEap: false },
  'eap-tls': { proof: 'certificate', isEap: true },
  'ttls-pap': { proof: 'password', isEap: true },
  'ttls-mschapv2': { proof: 'password', isEap: true },
  'ttls-gtc': { proof: 'password', isEap: true },
  'ttls-eap-mschapv2': { proof: 'password', isEap: true },
  'peap-mschapv2': { proof: 'password', isEap: true },
  'peap-gtc': { proof: 'password', isEap: true },
}

/** What becomes of somebody who proved who they are. `rule` is the policy that decided; null: none did. */
export type Admitted =
  | {
      readonly ok: true
      readonly rule: string | null
      readonly attributes: readonly Attribute[]
    }
  | {
      readonly ok: false
      readonly rule: string
      /** Reply-Message: not to be sent with EAP (RFC 3579 §2.6.5). */
      readonly attributes: readonly Attribute[]
    }

/** What they get, asked at every login, also of a session that is resumed. */
export interface Admission {
  /** `network` is one of the gateway's place; `mostSeconds` is how long what was shown is good for. */
  staff(
    gateway: Gateway,
    network: Network,
    account: StaffAccount,
    method: Method,
    mostSeconds?: number,
  ): Admitted
  /** `seconds` is what is left of the grant. */
  guest(gateway: Gateway, network: Network, seconds: number): Admitted
}

/** What one policy makes of a login, ready to be sent as far as it does not depend on the time. */
interface Step {
  readonly schedule: Rule['schedule']
  readonly rule: string | null
  readonly isRefusal: boolean
  readonly sessionSeconds: number | null
  readonly isEap: boolean
  /** Without the length of the session. */
  readonly attributes: readonly Attribute[]
  /** With what the policy itself says of it. */
  readonly answer: Admitted
}

/** What was made for a login, as long as nothing that it was made of has changed. */
interface Prepared {
  readonly rules: readonly Rule[]
  readonly vlan: number | null
  readonly vendor: Gateway['vendor']
  readonly way: Way
  readonly steps: readonly Step[]
}

/** `policies` returns the same array as long as nothing changed. */
export function createAdmission(policies: () => readonly Policy[], clock: Clock): Admission {
  let built: readonly Policy[] | null = null
  let table = compilePolicies([])
  // One who roams gets the same again; an account or a gateway that is changed is another object.
  const ofAccount = new WeakMap<StaffAccount, Prepared>()
  const ofGateway = new WeakMap<Gateway, Prepared>()

  function rulesOf(network: Network): readonly Rule[] {
    const current = policies()
    if (current !== built) {
      table = compilePolicies(current)
      built = current
    }
    return table.rulesOf(network)
  }

  return {
    staff(gateway, network, account, method, mostSeconds) {
      const rules = rulesOf(network)
      const way = WAYS[method]
      const known = ofAccount.get(account)
      if (known !== undefined && isStill(known, rules, gateway, network, way)) {
        return decide(known.steps, clock, mostSeconds)
      }
      const subject = { ...account, proof: way.proof, device: account.device ?? null }
      const steps = prepare(
        rulesFor(rules, subject),
        gateway,
        network,
        way,
        staffAttributes(account),
      )
      ofAccount.set(account, { rules, vlan: network.vlan, vendor: gateway.vendor, way, steps })
      return decide(steps, clock, mostSeconds)
    },
    guest(gateway, network, seconds) {
      const rules = rulesOf(network)
      const way = WAYS.mac
      let known = ofGateway.get(gateway)
      if (known === undefined || !isStill(known, rules, gateway, network, way)) {
        const steps = prepare(rulesFor(rules, GUEST), gateway, network, way, GUEST_ATTRIBUTES)
        known = { rules, vlan: network.vlan, vendor: gateway.vendor, way, steps }
        ofGateway.set(gateway, known)
      }
      return decide(known.steps, clock, Math.min(seconds, SESSION_MOST_SECONDS))
    },
  }
}

function isStill(
  { rules, vlan, vendor, way }: Prepared,
  current: readonly Rule[],
  gateway: Gateway,
  network: Network,
  method: Way,
): boolean {
  return rules === current && vlan === network.vlan && vendor === gateway.vendor && way === method
}

/** A step for each rule, and one for whom none of them fits. */
function prepare(
  rules: readonly Rule[],
  { vendor }: Gateway,
  { vlan }: Network,
  { isEap, isKeptApart, proof }: Way,
  who: readonly Attribute[],
): readonly Step[] {
  const stepOf = (gift: PolicyGift, rule: Rule | null): Step => {
    const isHeeded = isKeptApart !== true || rule?.policy.proofs.includes(proof) === true
    const given = isHeeded ? (gift.vlan ?? vlan) : vlan
    const attributes = [...who, ...renderGift(vendor, { ...gift, vlan: given })]
    const name = rule?.policy.name ?? null
    const { sessionSeconds } = gift
    return {
      schedule: rule?.schedule ?? null,
      rule: name,
      isRefusal: false,
      sessionSeconds,
      isEap,
      attributes,
      answer: {
        ok: true,
        rule: name,
        attributes:
          sessionSeconds === null ? attributes : [...attributes, ...lasting(sessionSeconds, isEap)],
      },
    }
  }
  const steps = rules.map((rule) => {
    const { name, refusal } = rule.policy
    return refusal === null ? stepOf(rule.policy, rule) : refusing(rule, name, refusal)
  })
  return rules.at(-1)?.schedule === null ? steps : [...steps, stepOf(NO_GIFT, null)]
}

const NO_GIFT: PolicyGift = {
  vlan: null,
  sessionSeconds: null,
  downKbit: null,
  upKbit: null,
  filter: null,
  redirect: null,
}

function refusing({ schedule }: Rule, rule: string, refusal: string): Step {
  const attributes = [textAttribute(ATTRIBUTE['Reply-Message'], refusal)]
  return {
    ...{ schedule, rule, isRefusal: true, sessionSeconds: null, isEap: false, attributes },
    answer: { ok: false, rule, attributes },
  }
}

function lasting(seconds: number, isEap: boolean): readonly Attribute[] {
  const timeout = integerAttribute(ATTRIBUTE['Session-Timeout'], seconds)
  return isEap ? [timeout, ASK_AGAIN] : [timeout]
}

/**
 * The first step whose hours hold now. Nobody is let in for longer than until something else would be
 * decided: until its hours end, or those of one before it begin.
 */
function decide(steps: readonly Step[], clock: Clock, mostSeconds = Infinity): Admitted {
  let now = 0
  let until = Infinity
  for (const step of steps) {
    const { schedule } = step
    if (schedule !== null) {
      if (now === 0) now = clock()
      const state = schedule.at(now)
      until = Math.min(until, state.until)
      if (!state.isOpen) continue
    }
    if (step.isRefusal) return step.answer
    // Zero seconds are no limit to some gateways.
    const seconds = Math.min(mostSeconds, Math.max(1, Math.floor((until - now) / 1000)))
    const { sessionSeconds, rule, attributes, isEap } = step
    if (seconds >= (sessionSeconds ?? Infinity)) return step.answer
    return { ok: true, rule, attributes: [...attributes, ...lasting(seconds, isEap)] }
  }
  throw new Error('the last step has no hours')
}
