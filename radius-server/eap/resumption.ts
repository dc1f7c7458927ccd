import { BoundedMap } from '#core/bounded-map.ts'
import type { Clock } from '#core/clock.ts'
import type { EapSession } from '#db/eap-sessions.ts'
import type { StaffLogin } from '../access/staff-login.ts'
import { createGate } from '#core/gate.ts'
import { METHODS } from '../request.ts'
import { resumptionId } from './client-hello.ts'
import { EAP_TYPE } from './eap-packet.ts'
import type { ResumedLogin } from './tls-method.ts'
import type { ResumableSession } from './tls-tunnel.ts'
import { SESSION_LIFE_SECONDS } from './tunnel-settings.ts'

export const RESUMPTION_LIMITS = {
  /** Half a kilobyte each, two where a certificate is in it. */
  remembered: 50_000,
  /** Questions to the database at once, and how many may wait: past it the handshake is a full one. */
  running: 8,
  waiting: 128,
  deadlineMs: 250,
  /** Sessions that wait to be written; past it they are known to this process only. */
  unwritten: 4096,
  /** In one statement. */
  batch: 256,
  /** A device does not roam before that, and a commit for each login costs as much as its handshake. */
  gatherMs: 100,
} as const

/** TLS sessions of those who were let in: any process of the fleet may resume them. */
export interface Resumption {
  /** What the ClientHello asks to resume, if its person would be let in now. */
  find(
    type: number,
    clientHello: Uint8Array,
  ): Promise<{ readonly session: ResumableSession; readonly login: ResumedLogin } | null>
  /** To be called only after the peer was let in (RFC 5281 §7.5). Never waits. */
  remember(type: number, sessions: readonly ResumableSession[], login: ResumedLogin): void
  /** Resolves when what was remembered before is written, or lost. */
  settled(): Promise<void>
  readonly size: number
  /** How many could not be shared with the fleet. */
  readonly lost: number
  /** How many made room for others. */
  readonly evicted: number
}

export interface ResumptionDeps {
  readonly login: Pick<StaffLogin, 'standing' | 'credentialOf'>
  readonly save: (sessions: readonly EapSession[]) => Promise<void>
  readonly load: (id: Uint8Array) => Promise<EapSession | null>
  readonly clock: Clock
}

export function createResumption(deps: ResumptionDeps): Resumption {
  const { login, save, load, clock } = deps
  const remembered = new BoundedMap<string, EapSession>({
    limit: RESUMPTION_LIMITS.remembered,
    ttlMs: SESSION_LIFE_SECONDS * 1000,
    clock,
  })
  const gate = createGate(RESUMPTION_LIMITS)
  const unwritten: EapSession[] = []
  let gathering: NodeJS.Timeout | null = null
  let writing: Promise<void> | null = null
  let lost = 0

  const credentialOf = (type: number, username: string): string =>
    type === EAP_TYPE.TLS ? '' : login.credentialOf(username)

  /** What is there now; what comes meanwhile is gathered again. */
  async function write(): Promise<void> {
    for (let left = unwritten.length; left > 0; left -= RESUMPTION_LIMITS.batch) {
      const batch = unwritten.splice(0, Math.min(left, RESUMPTION_LIMITS.batch))
      try {
        await save(batch)
      } catch {
        // Its devices have a full handshake elsewhere; nothing else depends on it.
        lost += batch.length
      }
    }
    writing = null
    if (unwritten.length > 0) gather()
  }

  function writeNow(): void {
    if (gathering !== null) clearTimeout(gathering)
    gathering = null
    writing ??= write()
  }

  function gather(): void {
    if (writing !== null) return
    gathering ??= setTimeout(writeNow, RESUMPTION_LIMITS.gatherMs)
  }

  function add(
    type: number,
    sessions: readonly ResumableSession[],
    { username, method }: ResumedLogin,
  ): void {
    const credential = credentialOf(type, username)
    const expires = clock() + SESSION_LIFE_SECONDS * 1000
    for (const { id, kind, secret } of sessions) {
      const session = { id, kind, secret, type, method, username, credential, expires }
      remembered.set(keyOf(id), session)
      if (unwritten.length < RESUMPTION_LIMITS.unwritten) unwritten.push(session)
      else lost += 1
    }
    gather()
  }

  async function ask(id: Uint8Array): Promise<EapSession | null> {
    const asked = gate.run(() => load(id))
    if (asked === null) return null
    const deadline = Promise.withResolvers<null>()
    const timer = setTimeout(() => deadline.resolve(null), RESUMPTION_LIMITS.deadlineMs)
    const found = await Promise.race([asked.catch(() => null), deadline.promise])
    clearTimeout(timer)
    if (found !== null) remembered.set(keyOf(id), found)
    return found
  }

  return {
    async find(type, clientHello) {
      const id = resumptionId(clientHello)
      if (id === null) return null
      const session = remembered.get(keyOf(id)) ?? (await ask(id))
      if (session === null || session.type !== type || session.expires <= clock()) return null
      const { username, credential } = session
      const method = METHODS.find((one) => one === session.method)
      if (method === undefined) return null
      // With a certificate inside, the certificate itself is judged when the session is resumed.
      if (type !== EAP_TYPE.TLS && !(await login.standing(username)).ok) return null
      // Another password since then: whoever has the device no longer knows it.
      if (credentialOf(type, username) !== credential) return null
      return { session, login: { username, method } }
    },
    remember(type, sessions, resumed) {
      add(type, sessions, resumed)
    },
    async settled() {
      while (gathering !== null || writing !== null) {
        writeNow()
        await writing
      }
    },
    get size() {
      return remembered.size
    },
    get lost() {
      return lost
    },
    get evicted() {
      return remembered.evicted
    },
  }
}

function keyOf(id: Uint8Array): string {
  return Buffer.from(id).toString('latin1')
}
