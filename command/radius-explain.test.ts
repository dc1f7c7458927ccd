import { expect, test } from 'vitest'
import type { Login } from '#db/login-search.ts'
import { REASONS_EN } from '../portal/text/logins/reasons-en.ts'
import { REASONS_FR } from '../portal/text/logins/reasons-fr.ts'
import { tellLogin, tellNothing } from '../portal/text/logins/tell.ts'
import { ANSWERERS } from '../radius-server/login-trace.ts'
import { METHODS, REJECT_REASONS } from '../radius-server/request.ts'
import { NOTICED_SILENCE } from '../radius-server/traces/traced-answer.ts'

const AT = new Date('2026-11-24T07:02:00Z')
const write = (at: Date): string => at.toISOString().slice(11, 16)

const LOGIN: Login = {
  ...{ firstAt: AT, lastAt: AT, count: 1, site: '75-0042', siteName: 'Centre Nation' },
  ...{ timezone: 'Europe/Paris', gateway: 'gw-0042', network: 'staff', mac: 'aa:bb:cc:dd:ee:01' },
  ...{ account: 'bob', nameWithheld: false, outcome: 'accept', reason: null },
  ...{ method: 'ttls', inner: 'pap', tlsVersion: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' },
  ...{ tlsAlert: null, resumed: false, serial: null, rounds: 6, answerer: 'local' },
  ...{ directory: null, answeredMs: 44, rule: null, vlan: '20', sessionSeconds: null },
}
const tell = (changes: Partial<Login>): ReturnType<typeof tellLogin> =>
  tellLogin({ ...LOGIN, ...changes }, write, 'en')

test('every reason that the RADIUS server gives has a sentence, and one that says what to do', () => {
  const reasons = [...REJECT_REASONS, ...NOTICED_SILENCE]
  for (const known of [REASONS_EN, REASONS_FR]) {
    expect(Object.keys(known).toSorted()).toEqual([...new Set(reasons)].toSorted())
    for (const { what, toDo } of Object.values(known)) {
      expect(what).toMatch(/^\p{L}.*[^.]$/u)
      expect(toDo).toMatch(/^\p{Lu}.*\.$/u)
    }
  }
})

test('a login is told as what happened, where to, and how it came about', () => {
  expect(tell({})).toEqual({
    what: 'bob with the device aa:bb:cc:dd:ee:01 was let in to the staff network, VLAN 20.',
    toDo: null,
    how: 'EAP-TTLS; inside it PAP; TLSv1.3, TLS_AES_256_GCM_SHA384, full handshake; 6 rounds; the accounts of the house answered in 44 ms',
  })
  const guest: Partial<Login> = {
    ...{ account: null, network: 'guest', method: 'mac', inner: null, tlsVersion: null },
    ...{ rounds: null, answerer: 'grant', answeredMs: null, vlan: null, sessionSeconds: 86_400 },
    ...{ count: 12, rule: 'guests' },
  }
  expect(tell(guest)).toEqual({
    what: 'The device aa:bb:cc:dd:ee:01 was let in to the guest network, for 1 day at most; 12 times since 07:02.',
    toDo: null,
    how: 'by the address of the device; the record of who was let in answered; rule guests',
  })
})

test('a device that is only led to the page is not told to be let in', () => {
  const led = { account: null, network: 'guest', method: 'captive', inner: null } as const
  expect(tell(led).what).toBe(
    'The device aa:bb:cc:dd:ee:01 was led to the page with the terms, which it has not accepted, or too long ago.',
  )
  expect(tell({ ...led, network: 'staff' }).what).toBe(
    'The device aa:bb:cc:dd:ee:01 was led to the page where its owner signs in for it.',
  )
})

test('a refusal is told with what to do, and never with a name that nobody has', () => {
  const refused = { outcome: 'reject', vlan: null } as const
  expect(tell({ ...refused, reason: 'wrong-password', inner: 'password' })).toMatchObject({
    what: 'bob with the device aa:bb:cc:dd:ee:01 was refused: the password is wrong (wrong-password).',
    toDo: REASONS_EN['wrong-password'].toDo,
  })
  const nobody = { ...refused, account: null, nameWithheld: true, reason: 'unknown-account' }
  expect(tell(nobody).what).toBe(
    'Somebody whose name nobody has with the device aa:bb:cc:dd:ee:01 was refused: nobody has the name that was given (unknown-account).',
  )
  expect(tell({ ...refused, reason: 'eap-tls', tlsAlert: 'unknown ca' }).how).toContain(
    'the device said: unknown ca',
  )
  const unproven = { network: null, mac: null, account: null, method: null } as const
  expect(
    tell({ ...unproven, outcome: 'silence', reason: 'message-authenticator-wrong' }).what,
  ).toBe(
    'The gateway had no answer: its requests are signed with another secret than the one declared (message-authenticator-wrong).',
  )
  // Of a newer version than these sentences.
  expect(tell({ ...refused, reason: 'brand-new' })).toMatchObject({ toDo: null })
})

test('who answered, and every method, has words', () => {
  const told = ANSWERERS.map((answerer) => tell({ answerer, directory: 'national' }).how)
  expect(new Set(told).size).toBe(ANSWERERS.length)
  expect(told.join()).not.toMatch(/last-good|memory answered|null/)
  for (const method of METHODS) {
    const [, outer = method, inner = null] = /^(ttls|peap)-(.+)$/.exec(method) ?? []
    expect(tell({ method: outer, inner }).how).toMatch(/^(EAP-|PEAP|PAP|MS-CHAPv2|by |passed on)/)
  }
})

test('in French it is told too, the same facts and no word of English', () => {
  const inFrench = (changes: Partial<Login>): ReturnType<typeof tellLogin> =>
    tellLogin({ ...LOGIN, ...changes }, write, 'fr')
  expect(inFrench({ sessionSeconds: 7200, count: 3 })).toEqual({
    what: 'bob avec l’appareil aa:bb:cc:dd:ee:01 : accès donné au réseau interne, VLAN 20, pour 2\u00A0heures au plus ; 3 fois depuis 07:02.',
    toDo: null,
    how: 'EAP-TTLS; à l’intérieur, PAP; TLSv1.3, TLS_AES_256_GCM_SHA384, négociation complète; 6 échanges; les comptes de la maison ont répondu en 44 ms',
  })
  expect(inFrench({ outcome: 'reject', reason: 'wrong-password', vlan: null }).what).toBe(
    'bob avec l’appareil aa:bb:cc:dd:ee:01 : accès refusé, car le mot de passe est faux (wrong-password).',
  )
  const told = ANSWERERS.map((answerer) => inFrench({ answerer, directory: 'national' }).how)
  expect(new Set(told).size).toBe(ANSWERERS.length)
  expect(told.join()).not.toMatch(/ the |answered|null/)
})

test('where nothing is found it is told what was heard of the gateways', () => {
  const heard = { gateway: 'gw-0042', site: '75-0042', lastAt: AT, unproven: 0, unprovenAt: null }
  const asked = { site: '75-0042', user: null }
  expect(tellNothing([heard], asked, write, 'en')[1]).toBe(
    'The last login through gw-0042 (75-0042) was at 07:02.',
  )
  const deaf = { ...heard, lastAt: null, unproven: 214, unprovenAt: AT }
  expect(tellNothing([deaf], asked, write, 'en').slice(1, 3)).toEqual([
    'Nothing that could be believed came from gw-0042 (75-0042).',
    '214 requests from its address were signed wrongly or not at all, the last at 07:02: the secret on the gateway is another than the one declared.',
  ])
  expect(tellNothing([], asked, write, 'en')[1]).toBe(
    'No gateway is declared at the place "75-0042".',
  )
})
