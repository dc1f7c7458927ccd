import { silence } from './request.ts'
import type { Answer, RadiusRequest, Step } from './request.ts'

/*
 * What a packet lives through. Before the first step, server.ts has the client, from its connection or
 * by source address, since without one there is no secret to check anything with, and has parsed the
 * packet.
 * Order is safety here: move a line only if its reason allows it.
 */

export interface AccessRequestSteps {
  readonly messageAuthenticator: Step
  readonly handOver: Step
  readonly limit: Step
  readonly duplicates: Step
  readonly proxy: Step
  readonly eap: Step
  readonly deviceKey: Step
  readonly macAuthentication: Step
  readonly oneTime: Step
  readonly msChap: Step
  readonly chap: Step
  readonly pap: Step
  readonly noMethod: Step
}

export function accessRequestSteps(steps: AccessRequestSteps): readonly Step[] {
  return [
    // First: until here the packet may come from anyone who can write a source address.
    steps.messageAuthenticator,
    // After the check, so that nobody but a gateway makes processes talk to each other. Before the
    // duplicates: whoever has the conversation must know its repeated packets, whichever way they came.
    // Before the limit, which counts a packet where it is answered.
    steps.handOver,
    // After the check, though the check costs a microsecond: counted by its source address, a packet that
    // anyone can forge would use up what a place has. What is not proved has a budget of its own.
    steps.limit,
    // After the check, so that a forged packet neither takes a place nor draws a stored reply;
    // before all that costs time or changes state.
    steps.duplicates,
    // Before all that asks who somebody is: a name of a realm that belongs elsewhere is nobody here, and
    // a password is not tried on accounts of ours that it was not meant for.
    steps.proxy,
    // Before the others: a request with an EAP-Message is EAP's alone (RFC 3579 §2.1). Judged by
    // its User-Name, which is an unproven outer identity, anyone could be a device with a grant.
    steps.eap,
    // Before MAC authentication, whose requests look the same: on a network with keys of their own a
    // device is let in by its key, and a grant for guests opens nothing.
    steps.deviceKey,
    // Before PAP: gateways put the address in User-Password as well, and a device that is looked up
    // in memory must not wait behind password hashing.
    steps.macAuthentication,
    // Before those that ask who a person is: its names are nobody's, and its passwords are kept.
    steps.oneTime,
    // Each of these three knows its requests by an attribute that the others do not have.
    steps.msChap,
    // After MAC authentication, which some gateways dress as CHAP.
    steps.chap,
    // The only step that hashes passwords, so everything that can be decided otherwise is above.
    steps.pap,
    // Last: a reject says so at once; silence would make the gateway believe that we are down.
    steps.noMethod,
  ]
}

export interface AccountingRequestSteps {
  readonly requestAuthenticator: Step
  readonly messageAuthenticator: Step
  readonly limit: Step
  readonly duplicates: Step
  readonly record: Step
}

export function accountingRequestSteps(steps: AccountingRequestSteps): readonly Step[] {
  return [
    // First: the legal log takes nothing from someone who does not know the secret (RFC 2866 §3).
    steps.requestAuthenticator,
    // Only gateways that send one have it checked; it proves more than the MD5 above.
    steps.messageAuthenticator,
    // As for Access-Requests; what is dropped here was not acknowledged, and comes again.
    steps.limit,
    // Before the record, so that a copy of a packet in the queue does not take a second place in it.
    steps.duplicates,
    // Last, and the only step with an effect: it answers when the record is on disk, never before.
    steps.record,
  ]
}

export interface StatusServerSteps {
  readonly messageAuthenticator: Step
  readonly alive: Step
}

export function statusServerSteps(steps: StatusServerSteps): readonly Step[] {
  return [
    // RFC 5997 §3: without a right Message-Authenticator there is no answer.
    steps.messageAuthenticator,
    // Touches nothing else: not even the duplicate cache, so a watchdog displaces no login.
    steps.alive,
  ]
}

export interface DynamicRequestSteps {
  readonly requestAuthenticator: Step
  readonly unsupported: Step
}

export function dynamicRequestSteps(steps: DynamicRequestSteps): readonly Step[] {
  return [
    // Only who knows the secret is told anything.
    steps.requestAuthenticator,
    // RFC 6614 §2.5: over a connection that carries everything, silence would be taken for a loss.
    steps.unsupported,
  ]
}

/** Runs the steps until one answers; stays synchronous as long as they do. */
export function runSteps(
  steps: readonly Step[],
  request: RadiusRequest,
  from = 0,
): Answer | Promise<Answer> {
  for (let at = from; at < steps.length; at += 1) {
    const answer = steps[at]?.(request) ?? null
    if (answer instanceof Promise) {
      return answer.then((settled) => settled ?? runSteps(steps, request, at + 1))
    }
    if (answer !== null) return answer
  }
  return silence('internal')
}
