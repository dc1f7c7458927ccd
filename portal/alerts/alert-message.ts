import { URGENT_KINDS } from '#db/alerts.ts'
import type { Alert, AlertKind } from '#db/alerts.ts'
import { ALERTS_PATH } from '../admin/admin-paths.ts'
import { alertsEn } from '../text/alerts-en.ts'
import { alertsFr } from '../text/alerts-fr.ts'
import type { AlertText } from '../text/alerts-fr.ts'
import { when } from '../text/when.ts'
import type { Clockwork } from '../text/when.ts'

export type AlertLanguage = 'fr' | 'en'

/** What an alert says, in one language; each channel gives it its own form. */
export interface AlertMessage {
  /** The same however often it is sent, and other when more is told: receivers leave out what they have. */
  readonly id: string
  readonly kind: AlertKind | 'test'
  readonly urgent: boolean
  readonly at: Date
  readonly title: string
  readonly facts: readonly (readonly [label: string, value: string])[]
  readonly toDoLabel: string
  readonly toDo: string
  readonly link: { readonly label: string; readonly url: string }
  /** All of it, in lines. */
  readonly text: string
  /** As it is, for programs. */
  readonly fields: Readonly<Record<string, string | number>>
}

const TEXTS: Readonly<Record<AlertLanguage, AlertText>> = { fr: alertsFr, en: alertsEn }

export function alertTextIn(language: AlertLanguage): AlertText {
  return TEXTS[language]
}

export function alertMessage(
  alert: Alert,
  { publicUrl, ...reader }: Clockwork & { readonly publicUrl: URL },
): AlertMessage {
  const text = TEXTS[reader.language]
  const { kind, count, firstAt, lastAt } = alert
  const urgent = URGENT_KINDS.includes(kind)
  const { title: plainTitle, toDo } = text.kinds[kind]
  const counted =
    count === 1 ? plainTitle : fill(text.times, { title: plainTitle, count: String(count) })
  return written(text, {
    id: `${alert.id}-${count}`,
    ...{ kind, urgent, at: lastAt },
    title: urgent ? fill(text.urgent, { title: counted }) : counted,
    facts: factsOf(alert, text, reader),
    toDoLabel: text.toDo,
    toDo,
    link: { label: text.open, url: new URL(`${ALERTS_PATH}#alert-${alert.id}`, publicUrl).href },
    fields: fieldsOf(alert, { firstAt, lastAt, count }),
  })
}

/** What `alerts test` sends. */
export function testMessage(
  at: Date,
  { publicUrl, ...reader }: Clockwork & { readonly publicUrl: URL },
): AlertMessage {
  const text = TEXTS[reader.language]
  return written(text, {
    id: `test-${at.getTime()}`,
    ...{ kind: 'test', urgent: false, at },
    title: text.testTitle,
    facts: [[text.when, when(at, reader)]],
    toDoLabel: text.toDo,
    toDo: text.testToDo,
    link: { label: text.open, url: new URL(ALERTS_PATH, publicUrl).href },
    fields: { at: at.toISOString() },
  })
}

function written(text: AlertText, message: Omit<AlertMessage, 'text'>): AlertMessage {
  const { title, facts, toDoLabel, toDo, link } = message
  const line = (label: string, value: string): string => fill(text.line, { label, value })
  return {
    ...message,
    text: [
      ...[title, '', ...facts.map(([label, value]) => line(label, value)), ''],
      ...[line(toDoLabel, toDo), '', line(link.label, link.url), ''],
    ].join('\n'),
  }
}

/** What happened where, as people read it: for messages and for the page. */
export function factsOf(alert: Alert, text: AlertText, reader: Clockwork): AlertMessage['facts'] {
  const { count, firstAt, lastAt, site, siteName, timezone } = alert
  const first = when(firstAt, reader, timezone)
  const last = when(lastAt, reader, timezone)
  const facts: (readonly [string, string | null])[] = [
    [text.when, count === 1 ? first : fill(text.since, { first, last })],
    [text.place, site === null ? null : siteName === null ? site : `${siteName} (${site})`],
    [text.association, alert.association],
    [text.gateway, alert.gateway],
    [text.account, alert.account],
    [text.actor, alert.actor],
    [text.subject, alert.key === '*' ? text.many : alert.subject],
  ]
  return facts.flatMap(([label, value]) => (value === null ? [] : [[label, plain(value)] as const]))
}

function fieldsOf(
  { association, site, gateway, account, actor, subject }: Alert,
  { firstAt, lastAt, count }: Pick<Alert, 'firstAt' | 'lastAt' | 'count'>,
): AlertMessage['fields'] {
  const named = { association, site, gateway, account, actor, subject }
  return {
    firstAt: firstAt.toISOString(),
    lastAt: lastAt.toISOString(),
    count,
    ...Object.fromEntries(
      Object.entries(named).flatMap(([name, value]) =>
        value === null ? [] : [[name, plain(value)]],
      ),
    ),
  }
}

/** Names come from gateways and directories: no line end, no terminal's escape, no turn of direction in them. */
function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ')
}

/** As text, for what is no page. */
function fill(sentence: string, words: Readonly<Record<string, string>>): string {
  return sentence.replaceAll(/\{(\w+)\}/g, (_, word: string) => words[word] ?? '')
}
