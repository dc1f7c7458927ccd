import type { HeardGateway, Login } from '#db/login-search.ts'
import { WORDS_EN } from './words-en.ts'
import { WORDS_FR } from './words-fr.ts'
import type { LoginReason, LoginWords } from './words.ts'

/** A login in words: what happened, what helps where it was refused, and how it came about. */
export interface LoginStory {
  readonly what: string
  /** Null where nothing is to be done. */
  readonly toDo: string | null
  readonly how: string
}

export type LoginLanguage = 'fr' | 'en'

const WORDS: Readonly<Record<LoginLanguage, LoginWords>> = { fr: WORDS_FR, en: WORDS_EN }

/** `write` puts an instant as the clock of the place shows it. */
export function tellLogin(
  login: Login,
  write: (at: Date) => string,
  language: LoginLanguage,
): LoginStory {
  const words = WORDS[language]
  const reason = login.reason === null ? null : (words.reasons[login.reason] ?? null)
  const often = login.count === 1 ? '' : words.often(login.count, write(login.firstAt))
  // A language may want its own sign between the two.
  const what = `${whoOf(login, words)} ${endOf(login, reason?.what ?? null, words)}${often}.`
  return { what, toDo: reason?.toDo ?? null, how: howOf(login, words) }
}

/** What a reason means and what helps; null for one that nobody wrote down yet. */
export function reasonIn(reason: string, language: LoginLanguage): LoginReason | null {
  const { reasons } = WORDS[language]
  return Object.hasOwn(reasons, reason) ? (reasons[reason] ?? null) : null
}

function whoOf({ account, nameWithheld, mac, network, outcome }: Login, words: LoginWords): string {
  if (network === null && mac === null && outcome === 'silence') return words.theGateway
  if (account !== null) return words.account(account, mac)
  return nameWithheld ? words.nameOfNobody(mac) : words.nameless(mac)
}

function endOf(
  { outcome, reason, method, network, vlan, sessionSeconds }: Login,
  what: string | null,
  words: LoginWords,
): string {
  const why = what === null ? `${reason}` : words.reason(what, `${reason}`)
  if (outcome === 'reject') return words.refused(why)
  if (outcome === 'silence') return words.noAnswer(why)
  if (method === 'captive') return network === 'staff' ? words.ledToSignIn : words.ledToThePage
  return words.letIn(network, vlan, sessionSeconds)
}

function howOf(login: Login, words: LoginWords): string {
  const { method, inner, rounds, rule, serial, tlsVersion, tlsAlert } = login
  const told = [
    method === null ? null : (words.methods[method] ?? method),
    inner === null ? null : words.inside(words.inner[inner] ?? inner),
    tlsVersion === null ? null : words.tls(tlsVersion, login.cipher, login.resumed),
    tlsAlert === null ? null : words.alert(tlsAlert),
    rounds === null ? null : words.rounds(rounds),
    serial === null ? null : words.certificate(serial),
    answererOf(login, words),
    rule === null ? null : words.rule(rule),
  ]
  return told.filter((one) => one !== null).join('; ')
}

function answererOf({ answerer, directory, answeredMs }: Login, words: LoginWords): string | null {
  if (answerer === null) return null
  const tell = words.answerers[answerer]
  return tell === undefined
    ? words.otherAnswerer(answerer, directory, answeredMs)
    : tell(directory, answeredMs)
}

/** Why nothing may have been found: what the gateways there were heard of. */
export function tellNothing(
  gateways: readonly HeardGateway[],
  asked: { readonly site: string | null; readonly user: string | null },
  write: (at: Date) => string,
  language: LoginLanguage,
): readonly string[] {
  const words = WORDS[language]
  const isUndeclared = asked.site !== null && gateways.length === 0
  return [
    words.nothingFits,
    ...gateways.flatMap((gateway) => tellGateway(gateway, write, words)),
    ...(isUndeclared ? [words.noGateway(asked.site)] : []),
    ...(asked.user === null ? [] : [words.lookByAddress]),
    words.undeclaredAddress,
    words.otherAddress,
  ]
}

function tellGateway(
  { gateway, site, lastAt, unproven, unprovenAt }: HeardGateway,
  write: (at: Date) => string,
  words: LoginWords,
): readonly string[] {
  const heard =
    lastAt === null
      ? words.nothingHeard(gateway, site)
      : words.lastHeard(gateway, site, write(lastAt))
  return unprovenAt === null ? [heard] : [heard, words.unproven(unproven, write(unprovenAt))]
}
