import type { Login } from '#db/login-search.ts'

/** Why a login was not let in, for a volunteer: what happened, and what helps. */
export interface LoginReason {
  /** Goes on after "was refused: " or "had no answer: ". */
  readonly what: string
  readonly toDo: string
}

/** The sentences of one language in which a login is told. Times come written, in seconds or milliseconds where said. */
export interface LoginWords {
  readonly reasons: Readonly<Record<string, LoginReason>>
  readonly methods: Readonly<Record<string, string>>
  readonly inner: Readonly<Record<string, string>>

  readonly theGateway: string
  readonly account: (account: string, mac: string | null) => string
  readonly nameless: (mac: string | null) => string
  readonly nameOfNobody: (mac: string | null) => string

  readonly refused: (why: string) => string
  readonly noAnswer: (why: string) => string
  readonly reason: (what: string, code: string) => string
  readonly ledToThePage: string
  /** On an internal network: to the page where its owner signs in. */
  readonly ledToSignIn: string
  readonly letIn: (network: Login['network'], vlan: string | null, seconds: number | null) => string
  readonly often: (count: number, since: string) => string

  readonly inside: (method: string) => string
  readonly tls: (version: string, cipher: string | null, isResumed: boolean) => string
  readonly alert: (alert: string) => string
  readonly rounds: (rounds: number) => string
  readonly certificate: (serial: string) => string
  readonly rule: (rule: string) => string
  /** `name` is that of a directory, a home server or a device key; `ms` how long it took. */
  readonly answerers: Readonly<Record<string, (name: string | null, ms: number | null) => string>>
  readonly otherAnswerer: (answerer: string, name: string | null, ms: number | null) => string

  readonly nothingFits: string
  readonly nothingHeard: (gateway: string, site: string) => string
  readonly lastHeard: (gateway: string, site: string, at: string) => string
  readonly unproven: (count: number, at: string) => string
  readonly noGateway: (site: string) => string
  readonly lookByAddress: string
  readonly undeclaredAddress: string
  readonly otherAddress: string
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

/** In the largest unit of which there are two, or one exactly. */
export function lengthOf(seconds: number, language: 'fr' | 'en'): string {
  const [unit, size] =
    UNITS.find(([, size]) => seconds >= 2 * size || seconds === size) ?? (['second', 1] as const)
  const format = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' })
  return format.format(Math.floor(seconds / size))
}
