import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ALERT_KINDS } from '#db/alerts.ts'
import type { Alert } from '#db/alerts.ts'
import { alertMessage, alertTextIn } from './alert-message.ts'
import { slackBody, teamsBody } from './chat-forms.ts'
import { framed } from './syslog.ts'
import { jsonLine, syslogLine } from './syslog-form.ts'
import { webhookBody, webhookHeaders } from './webhook-form.ts'

const publicUrl = new URL('https://wifi.example.org')
const alert = (row: Partial<Alert> = {}): Alert => ({
  ...{ id: '7', kind: 'sign-in-outside-hours', key: '75-0042 bob', count: 1 },
  firstAt: new Date('2026-11-28T21:04:00Z'),
  lastAt: new Date('2026-11-28T21:04:00Z'),
  ...{ association: '75', site: '75-0042', siteName: 'Centre Nation', gateway: 'gw-0042' },
  timezone: 'Europe/Paris',
  ...{ account: 'bob', actor: null, subject: null },
  ...row,
})
const message = (row: Partial<Alert> = {}, language: 'fr' | 'en' = 'fr') =>
  alertMessage(alert(row), { language, zone: 'Europe/Paris', publicUrl })

describe('an alert', () => {
  test('says in French what happened, where, since when and what to do', () => {
    expect(message({ count: 3, lastAt: new Date('2026-11-28T21:40:00Z') }).text).toBe(
      [
        'Connexion en dehors des heures d’ouverture (3 fois)',
        '',
        'Quand\u00a0: depuis le 28 nov. 2026, 22:04, la dernière fois le 28 nov. 2026, 22:40',
        'Lieu\u00a0: Centre Nation (75-0042)',
        'Association\u00a0: 75',
        'Passerelle\u00a0: gw-0042',
        'Compte\u00a0: bob',
        '',
        'Que faire\u00a0: Demandez à cette personne si c’était elle. Sinon, désactivez son compte dans l’annuaire : ses appareils sont coupés aussitôt.',
        '',
        'Voir les alertes\u00a0: https://wifi.example.org/admin/alerts#alert-7',
        '',
      ].join('\n'),
    )
  })

  test.each(ALERT_KINDS)('of kind %s never comes without what to do, in both languages', (kind) => {
    for (const language of ['fr', 'en'] as const) {
      const { toDo, text, urgent, title } = message({ kind }, language)
      expect(toDo.length).toBeGreaterThan(40)
      expect(text).toContain(alertTextIn(language).kinds[kind].toDo)
      expect(title.startsWith('Urgent')).toBe(urgent)
    }
  })

  test('of a place is by its clock, which is said where it is not the organisation’s', () => {
    const far = message({ timezone: 'Indian/Reunion' }).text
    expect(far).toContain('Quand\u00a0: 29 nov. 2026, 01:04 (UTC+4)\n')
    const of = (row: Partial<Alert>): string =>
      alertMessage(alert(row), { language: 'fr', zone: 'Indian/Reunion', publicUrl }).text
    expect(of({ timezone: 'Indian/Reunion' })).toContain('Quand\u00a0: 29 nov. 2026, 01:04\n')
    expect(of({ site: null, siteName: null, timezone: null })).toContain(
      'Quand\u00a0: 29 nov. 2026, 01:04\n',
    )
  })

  test('that stands for many says where the rest is', () => {
    expect(message({ key: '*', site: null, account: null }, 'en').text).toContain(
      'What: More of the same kind within the hour',
    )
  })
})

describe('a name that a gateway or a directory could have chosen', () => {
  const evil =
    'bob\r\nBcc: x@example.org <!channel> [here](https://evil.example) "]\u202e*_\u001b[31m'
  const hostile = message({ account: evil }, 'en')

  test('has no line end, escape or turn of direction in any form', () => {
    expect(hostile.text).not.toMatch(/[\r\u202e\u001b]|\nBcc/)
    const line = syslogLine(hostile, 'host')
    expect(line).not.toMatch(/[\n\r\u001b]/)
    expect(jsonLine(hostile, 'host')).not.toMatch(/[\n\r\u001b]/)
  })

  test('rings no channel in Slack and makes no link in Slack or Teams', () => {
    expect(slackBody(hostile)).not.toContain('<!channel>')
    expect(slackBody(hostile)).toContain('&lt;!channel&gt;')
    const card = teamsBody(hostile)
    expect(card).not.toContain('[here](')
    expect(card).toContain(String.raw`\\[here\\]\\(`)
  })

  test('stays within its parameter of syslog', () => {
    const line = syslogLine(hostile, 'host')
    const [, account = ''] = / account="((?:[^"\\\]]|\\.)*)"/.exec(line) ?? []
    expect(account).toContain(String.raw`\"\]`)
  })
})

test('Slack gets blocks and a text for notifications', () => {
  const body = JSON.parse(slackBody(message())) as { text: string; blocks: { type: string }[] }
  expect(body.text).toBe('Connexion en dehors des heures d’ouverture')
  expect(body.blocks.map(({ type }) => type)).toEqual(['header', 'section', 'section', 'section'])
})

test('Teams gets an Adaptive Card with a button', () => {
  const body = JSON.parse(teamsBody(message())) as {
    attachments: { contentType: string; content: { type: string; actions: { url: string }[] } }[]
  }
  expect(body.attachments[0]?.contentType).toBe('application/vnd.microsoft.card.adaptive')
  expect(body.attachments[0]?.content.actions[0]?.url).toBe(
    'https://wifi.example.org/admin/alerts#alert-7',
  )
})

test('a webhook is signed over its id, its time and its body', () => {
  const body = webhookBody(message())
  const headers = webhookHeaders(message(), {
    body,
    secret: 'a-shared-secret',
    at: 1_700_000_000_123,
  })
  expect(headers).toMatchObject({ 'webhook-id': '7-1', 'webhook-timestamp': '1700000000' })
  const hmac = createHmac('sha256', 'a-shared-secret').update(`7-1.1700000000.${body}`)
  expect(headers['webhook-signature']).toBe(`v1,${hmac.digest('base64')}`)
  expect(JSON.parse(body)).toMatchObject({
    kind: 'sign-in-outside-hours',
    account: 'bob',
    count: 1,
  })
})

test('syslog has the facility of the log audit, and how grave it is', () => {
  expect(syslogLine(message(), 'box')).toMatch(
    /^<108>1 2026-11-28T21:04:00\.000Z box accueil \d+ sign-in-outside-hours \[accueil@32473 id="7-1" /,
  )
  expect(syslogLine(message({ kind: 'break-glass' }), 'box')).toMatch(/^<105>1 /)
  // RFC 5424 §6.4: the mark of UTF-8 before the words.
  expect(syslogLine(message(), 'box')).toContain('] \ufeffConnexion en dehors')
})

test('syslog over a stream is counted in octets, JSON ends its lines', () => {
  expect(framed({ format: 'rfc5424' }, 'é')).toBe('2 é')
  expect(framed({ format: 'json' }, '{}')).toBe('{}\n')
})
