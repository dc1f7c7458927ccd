import { BoundedMap } from '#core/bounded-map.ts'
import type { Clock } from '#core/clock.ts'
import type { Gateway } from '#db/gateways.ts'
import { decodeText } from './attributes.ts'
import { checkMessageAuthenticator, isAccountingAuthentic } from './authenticator.ts'
import type { Client } from './client.ts'
import { CODE } from './dictionary.ts'
import { readUserPassword } from './obfuscation.ts'
import type { Packet } from './packet.ts'
import type { SharedSecret } from './shared-secret.ts'

/** Twice as many gateways as the largest house has. */
const GATEWAYS = 8192

/** Which secret the gateways have whose secret is being changed: the new one, or still the one before. */
export interface Rotations {
  /** The client with the secret that the packet was made with, as far as it tells. */
  settle(client: Client, packet: Packet): Client
  /** The secrets by which a gateway may be asked something, the likelier first. */
  inOrder(gateway: Gateway, secret: string, former: Gateway['formerSecret']): readonly string[]
  /** The gateway has shown that it has this one. */
  proved(gateway: Gateway, secret: string): void
  /** Whether a gateway has shown that it has the new one. */
  hasNew(gateway: Gateway): boolean
}

export function createRotations(clock: Clock): Rotations {
  /** The secret that each gateway proved last, of those that have two. */
  const last = new BoundedMap<string, string>({ limit: GATEWAYS, clock })

  function choose(client: Client, former: Client, packet: Packet): Client {
    const verdict = verify(packet, client.secret)
    const { name, secret, formerSecret } = client.gateway
    if (verdict === 'right') {
      last.set(name, secret)
      return client
    }
    if (verdict === 'wrong') {
      // With neither: let it be refused under the one that is declared.
      if (verify(packet, former.secret) !== 'right') return client
      last.set(name, formerSecret?.secret ?? secret)
      return former
    }
    // Nothing signs it. A password that is text under one of them was hidden with that one: a wrong secret
    // makes sixteen octets or more of noise.
    if (hasReadablePassword(packet, client.secret)) return client
    if (hasReadablePassword(packet, former.secret)) return former
    // Before it proved the new one, it has the one with which it worked so far.
    return last.get(name) === secret ? client : former
  }

  return {
    settle(client, packet) {
      const { former } = client
      if (former === null || clock() >= former.until) return client
      return choose(client, former.client, packet)
    },
    inOrder({ name }, secret, former) {
      if (former === null || clock() >= former.until) return [secret]
      return last.get(name) === former.secret ? [former.secret, secret] : [secret, former.secret]
    },
    proved({ name, formerSecret }, secret) {
      if (formerSecret !== null) last.set(name, secret)
    },
    hasNew: ({ name, secret }) => last.get(name) === secret,
  }
}

function verify(packet: Packet, secret: SharedSecret): 'right' | 'wrong' | 'unsigned' {
  if (packet.code === CODE['Access-Request'] || packet.code === CODE['Status-Server']) {
    const verdict = checkMessageAuthenticator(packet, secret)
    return verdict === 'absent' ? 'unsigned' : verdict
  }
  return isAccountingAuthentic(packet, secret) ? 'right' : 'wrong'
}

function hasReadablePassword(packet: Packet, secret: SharedSecret): boolean {
  const password = readUserPassword(packet, secret) ?? null
  const text = password === null || password.length === 0 ? null : decodeText(password)
  return text !== null && !/\p{Cc}/u.test(text)
}
