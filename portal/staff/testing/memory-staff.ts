import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Clock } from '#core/clock.ts'
import { createMetrics } from '#core/metrics.ts'
import { createRateLimit } from '#core/rate-limit.ts'
import { rightsOf } from '#core/rights.ts'
import type { RoleGrant } from '#core/rights.ts'
import type { Acceptance } from '#db/acceptances.ts'
import type { WaitingDevice } from '#db/waiting-devices.ts'
import type { AuditEntry } from '#db/audit.ts'
import type { Person } from '#db/people.ts'
import { SESSION_LIMITS } from '#db/staff-sessions.ts'
import type { StaffSession } from '#db/staff-sessions.ts'
import { LIMITS } from '../../limits.ts'
import { createFailedSignIns } from '../failed-sign-ins.ts'
import { SIGN_IN_OUTCOMES } from '../staff-services.ts'
import type { StaffServices } from '../staff-services.ts'

export const HELENE: Person = {
  issuer: 'https://sso.example.org',
  subject: 'h-1',
  account: 'helene',
  name: 'Hélène Martin',
  mail: 'helene@example.org',
  groups: ['staff', 'it-national'],
  how: 'oidc',
  secondFactor: false,
}

/** What stands behind the pages for staff, in memory: sessions as they are, and no way to sign in but `open`. */
export function memoryStaff(
  clock: Clock,
  isUp: () => boolean,
): StaffServices & {
  readonly audited: AuditEntry[]
  /** Who has which role. */
  readonly grants: RoleGrant[]
  readonly letInto: Acceptance[]
  readonly waiting: WaitingDevice[]
} {
  const sessions = new Map<string, StaffSession>()
  const audited: AuditEntry[] = []
  const grants: RoleGrant[] = []
  const letInto: Acceptance[] = []
  const waiting: WaitingDevice[] = []
  const whenUp = <T>(value: () => T): Promise<T> =>
    isUp() ? Promise.resolve(value()) : Promise.reject(new Error('connection refused'))
  const isSame = (session: StaffSession, person: Person): boolean =>
    session.person.issuer === person.issuer && session.person.subject === person.subject
  const isOver = ({ endsAt, seenAt }: StaffSession): boolean =>
    endsAt.getTime() <= clock() || seenAt.getTime() <= clock() - SESSION_LIMITS.idleMs
  const none = { ok: false, reason: 'no-provider' } as const
  return {
    audited,
    grants,
    letInto,
    waiting,
    sessions: {
      open: (wish) =>
        whenUp(() => {
          const token = randomBytes(32).toString('base64url')
          const session: StaffSession = {
            id: randomUUID(),
            digest: createHash('sha256').update(token).digest('hex'),
            ...{
              person: wish.person,
              browser: wish.browser,
              provider: wish.provider?.name ?? null,
            },
            ...{ openedAt: wish.at, signedInAt: wish.at, seenAt: wish.at },
            endsAt: new Date(wish.at.getTime() + SESSION_LIMITS.lifeMs),
          }
          if (wish.replaces !== null) sessions.delete(wish.replaces)
          sessions.set(token, session)
          return { ok: true, token, session }
        }),
      find: (token) =>
        whenUp(() => {
          const session = sessions.get(token)
          if (session === undefined || isOver(session)) return null
          sessions.set(token, { ...session, seenAt: new Date(clock()) })
          return session
        }),
      list: (person) =>
        whenUp(() => [...sessions.values()].filter((one) => isSame(one, person) && !isOver(one))),
      end: (wish) =>
        whenUp(() => {
          const gone = [...sessions].filter(
            ([, one]) =>
              isSame(one, wish.of) && ('id' in wish ? one.id === wish.id : one.id !== wish.but),
          )
          for (const [token] of gone) sessions.delete(token)
          return { count: gone.length, idToken: null }
        }),
      endOfProvider: () => whenUp(() => 0),
    },
    rights: (person) => whenUp(() => rightsOf(person, grants, clock())),
    letIn: (acceptance, entry) =>
      whenUp(() => {
        audited.push(entry)
        letInto.push(acceptance)
        return { grantUntil: new Date(acceptance.at.getTime() + acceptance.grantSeconds * 1000) }
      }),
    waitingAt: (sites) => whenUp(() => waiting.filter(({ site }) => sites.includes(site))),
    local: {
      exists: () => whenUp(() => false),
      check: () => whenUp(() => ({ ok: false, reason: 'wrong' }) as const),
      groupsOf: () => whenUp(() => null),
      secondFactor: () => whenUp(() => null),
      enrol: () => whenUp(() => false),
      takeStep: () => whenUp(() => false),
      takeRecoveryCode: () => whenUp(() => null),
      passkeys: () => whenUp(() => []),
      addPasskey: () => whenUp(() => false),
      takePasskey: () => whenUp(() => false),
      removePasskey: () => whenUp(() => false),
    },
    directory: () => null,
    providers: {
      list: () => [],
      find: () => null,
      begin: () => Promise.resolve(none),
      finish: () => Promise.resolve(none),
      logoutAddress: () => Promise.resolve(null),
      readLogout: () => Promise.resolve(null),
    },
    failed: createFailedSignIns(clock),
    attempts: createRateLimit(LIMITS.signIns, clock),
    outcomes: createMetrics().counters('sign_ins', 'In a test', 'outcome', SIGN_IN_OUTCOMES),
    audit: (entry) => void audited.push(entry),
  }
}
