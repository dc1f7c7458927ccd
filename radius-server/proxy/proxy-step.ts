import { BoundedMap } from '#core/bounded-map.ts'
import type { Clock } from '#core/clock.ts'
import type { Gateway } from '#db/gateways.ts'
import type { Network } from '#db/sites.ts'
import type { StaffAccount } from '../access/staff-login.ts'
import { ATTRIBUTE, CODE } from '../dictionary.ts'
import { EAP_CODE, eapResult, parseEapResponse } from '../eap/eap-packet.ts'
import { readText } from '../attributes.ts'
import { LoginTrace } from '../login-trace.ts'
import { firstAttribute, hasAttribute, joinedAttributes } from '../packet.ts'
import type { Packet } from '../packet.ts'
import type { Admitted } from '../policy/admission.ts'
import { reject, silence } from '../request.ts'
import type { Answer, RadiusRequest, RejectReason, Step } from '../request.ts'
import { joined, visitedNetwork, visitor } from './admitted.ts'
import { prepareAccess } from './forwarded.ts'
import type { PreparedAccess } from './forwarded.ts'
import { givenAttributes } from './given.ts'
import type { Hiding, HomeServer } from './home-server.ts'
import type { HomeTable, Route } from './home-table.ts'
import type { ProxyMetrics } from './proxy-metrics.ts'
import { hopsOf } from './proxy-state.ts'

const PROXY_LIMITS = {
  /** Conversations of which it is known who leads them; one is some 100 bytes. */
  conversations: 20_000,
  /** A device that is silent for longer has given up. */
  conversationMs: 120_000,
} as const

export interface ProxyDeps {
  readonly homes: HomeTable
  /** What somebody of these groups gets in this network. */
  readonly admit: (gateway: Gateway, network: Network, account: StaffAccount) => Admitted
  readonly metrics: ProxyMetrics
  readonly clock: Clock
}

/** Names of realms that belong elsewhere are answered there. */
export function createProxyStep({ homes, admit, metrics, clock }: ProxyDeps): Step {
  /** Who has sent a State, for the packets that bring it back. */
  const leaders = new BoundedMap<string, string>({
    limit: PROXY_LIMITS.conversations,
    ttlMs: PROXY_LIMITS.conversationMs,
    clock,
  })

  async function ask(
    request: RadiusRequest,
    route: Route,
    { attributesFor }: Extract<PreparedAccess, { ok: true }>,
    trace: LoginTrace,
  ): Promise<Answer> {
    const state = firstAttribute(request.packet, ATTRIBUTE.State)
    const leader = state === null ? undefined : leaders.get(keyOf(state))
    const servers = inOrder(route.servers, leader)
    for (const [i, server] of servers.entries()) {
      if (!server.admits()) continue
      // A conversation cannot go on with another one, which has not heard its beginning.
      const hasNext = state === null && servers.slice(i + 1).some(isAlive)
      trace.answerer = 'home-server'
      trace.directory = server.settings.name
      const askedAt = clock()
      const answer = await server.ask(CODE['Access-Request'], attributesFor, hasNext)
      if (answer.ok) {
        trace.answeredMs = clock() - askedAt
        return answerFrom(request, route, server, answer.packet, answer.hiding, trace)
      }
      // So that one that is slow takes no more of this process than that.
      if (answer.reason === 'too-many') return silence('home-server-overloaded')
      if (homes.isClosed) return silence('home-server-given-up')
      if (state !== null) break
      if (hasNext) metrics.requests['moved-to-next-server'].inc()
    }
    return refuse(request, 'home-server-unavailable')
  }

  function answerFrom(
    request: RadiusRequest,
    { realm }: Route,
    server: HomeServer,
    reply: Packet,
    from: Hiding,
    trace: LoginTrace,
  ): Answer {
    const { packet, client } = request
    const to = { secret: client.secret, authenticator: packet.authenticator }
    const given = givenAttributes(reply, realm.gives, from, to)
    const answeredBy = server.settings.name
    if (reply.code === CODE['Access-Challenge']) {
      const state = firstAttribute(reply, ATTRIBUTE.State)
      if (state !== null) leaders.set(keyOf(state), answeredBy)
      return { kind: 'challenge', attributes: given, answeredBy }
    }
    if (reply.code === CODE['Access-Reject']) {
      return { kind: 'reject', reason: 'home-server-rejected', attributes: given, answeredBy }
    }
    const { gateway } = client
    if (gateway.staff === null) return refuse(request, 'no-staff-network')
    const network = visitedNetwork(gateway.staff, realm, given)
    const guest = visitor(packet, reply, realm)
    trace.account = guest.username
    const ours = admit(gateway, network, guest)
    const { rule } = ours
    if (!ours.ok) return refuse(request, 'refused-by-policy', ours)
    const attributes = joined(ours.attributes, given)
    return { kind: 'accept', method: 'proxied', rule, attributes, answeredBy }
  }

  return (request) => {
    const { packet, client } = request
    const route = homes.routeOf(packet)
    if (route === null) return null
    const trace = new LoginTrace('proxied', readText(packet, ATTRIBUTE['User-Name']))
    // With a realm that is declared it is a name; for `*` it may still be a password with an @ in it.
    trace.isKnown = route.realm.realm !== '*'
    request.trace = trace
    if (client.gateway.staff === null) return refuse(request, 'no-staff-network')
    const hops = hopsOf(packet, homes.tag)
    if (hops === 'been-here') return refuse(request, 'proxy-loop')
    if (hops === 'too-many') return refuse(request, 'proxy-too-many-hops')
    const prepared = prepareAccess(request, route.realm, homes.tag)
    return prepared.ok ? ask(request, route, prepared, trace) : refuse(request, prepared.reason)
  }
}

/** Those that are silent last; of a conversation that is under way, only who leads it. */
function inOrder(
  servers: readonly HomeServer[],
  leader: string | undefined,
): readonly HomeServer[] {
  const leading = servers.filter(({ settings }) => settings.name === leader)
  if (leading.length > 0) return leading
  return servers.toSorted((a, b) => Number(a.isSuspect) - Number(b.isSuspect))
}

function isAlive({ state, isSuspect }: HomeServer): boolean {
  return state === 'closed' && !isSuspect
}

const NO_POLICY = { rule: null, attributes: [] } as const

/** With EAP the device is told too (RFC 3579 §2.6.3). */
function refuse(
  { packet }: RadiusRequest,
  reason: RejectReason,
  { rule, attributes }: Pick<Admitted, 'attributes'> & { rule: string | null } = NO_POLICY,
): Answer {
  if (!hasAttribute(packet, ATTRIBUTE['EAP-Message'])) return reject(reason, attributes, rule)
  const response = parseEapResponse(joinedAttributes(packet, ATTRIBUTE['EAP-Message']))
  if (response === null) return reject(reason, [], rule)
  const value = eapResult(EAP_CODE.Failure, response.identifier)
  return reject(reason, [{ type: ATTRIBUTE['EAP-Message'], value }], rule)
}

function keyOf(state: Uint8Array): string {
  return Buffer.from(state).toString('latin1')
}
