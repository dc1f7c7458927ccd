import { expect, test } from 'vitest'
import { testPortal } from '../../portal-fixture.ts'
import { openApiDocument } from '../openapi.ts'

/** How a program does what a page does. */
type ByProgram =
  /** These operations of the API tell and do the same, between them. */
  | { readonly by: readonly [string, ...string[]] }
  /** What a program would do with it: nothing. */
  | { readonly no: string }

/** A page is looked at, and what its forms do is an operation of its own. */
const FORM = { no: 'an empty form: what it is filled in with is read and sent by other operations' }

const PAGES: Readonly<Record<string, ByProgram>> = {
  'GET /admin': {
    by: ['readOverview', 'listAssociations', 'listActivity', 'listJobs', 'readHealth'],
  },
  'GET /admin/places': { by: ['listSites'] },
  'POST /admin/places': { by: ['createSite', 'createNetwork', 'createGateway'] },
  'GET /admin/places-new': FORM,
  'GET /admin/places/:code': {
    by: [
      ...(['readSite', 'listNetworks', 'listGateways', 'listRules', 'listFilters'] as const),
      ...(['list-site-changes', 'list-network-changes', 'list-gateway-changes'] as const),
    ],
  },
  'POST /admin/places/:code': { by: ['changeSite'] },
  'GET /admin/places/:code/set-up': { by: ['readSigns', 'listNetworks'] },
  'POST /admin/places/:code/files': { by: ['handOverFiles'] },
  'GET /admin/inventory': { by: ['readInventory'] },
  'POST /admin/inventory': {
    no: 'a table that somebody has as a file: a program makes places one by one, or sites import reads it',
  },
  'POST /admin/inventory/answer': { by: ['acceptInventory'] },
  'GET /admin/rules': { by: ['listRules', 'list-rule-changes'] },
  'POST /admin/rules': { by: ['createRule', 'explainName'] },
  'GET /admin/rules/:id': { by: ['readRule', 'list-rule-changes'] },
  'POST /admin/rules/:id': { by: ['changeRule', 'removeRule'] },
  'GET /admin/requests': { by: ['listUnblockRequests', 'listUnblockAnswers'] },
  'GET /admin/requests/:id': { by: ['readUnblockRequest', 'listUnblockAnswers'] },
  'POST /admin/requests/:id': { by: ['answerUnblockRequest', 'explainName'] },
  'GET /admin/filtering': {
    by: ['explainName', 'listLists', 'listFilters', 'listFilterLifts', 'listBlockedCounts'],
  },
  'GET /admin/sessions': { by: ['listSessionCounts'] },
  'POST /admin/sessions': { by: ['findLogins', 'findSessions'] },
  'GET /admin/sessions/:code': { by: ['listSessions', 'readDisconnects'] },
  'POST /admin/sessions/:code': { by: ['endSessions'] },
  'GET /admin/logs': FORM,
  'POST /admin/logs': { by: ['searchLog'] },
  'GET /admin/packs': { by: ['listPacks', 'readPack', 'listHolds', 'readLogKeeping'] },
  'POST /admin/packs': { by: ['askForPack'] },
  'POST /admin/packs/holds': { by: ['addHold'] },
  'POST /admin/packs/holds/end': { by: ['endHolds'] },
  'POST /admin/packs/:code': {
    no: 'a pack takes two people: who holds a token is not known, and may be the one who asked',
  },
  'POST /admin/packs/:code/file': { by: ['downloadPack'] },
  'GET /admin/jobs': { by: ['listJobs'] },
  'POST /admin/jobs/:name': { by: ['runJob'] },
  'GET /admin/alerts': { by: ['listAlerts', 'listAlertChannels'] },
  'GET /admin/audit': { by: ['readAudit'] },
  'GET /admin/people': { by: ['listRoles', 'listRoleConflicts', 'list-role-changes'] },
  'POST /admin/people': { by: ['giveRole'] },
  'GET /admin/people/:id': { by: ['readRole', 'listRoleHolders', 'list-role-changes'] },
  'POST /admin/people/:id': { by: ['changeRole', 'takeRole'] },
  'GET /admin/terms': { by: ['listTerms', 'list-terms-changes'] },
  'POST /admin/terms': { by: ['draftTerms'] },
  'GET /admin/terms/:version': { by: ['readTerms', 'list-terms-changes'] },
  'POST /admin/terms/:version': { by: ['changeTerms', 'removeTerms'] },
  'GET /admin/terms/:version/:language': { by: ['readTerms'] },
  'POST /admin/terms/:version/:language': { by: ['changeTerms'] },
  'GET /admin/terms/:version/:language/preview': {
    no: 'a picture of what a phone will show, for somebody to look at; the text is in readTerms',
  },
  'GET /admin/devices': { by: ['listDevices', 'listCertificates'] },
  'GET /admin/devices/:id': { by: ['readDevice'] },
  'POST /admin/devices/:id': { by: ['revokeDevice'] },
  'GET /admin/health': { by: ['readHealth', 'listJobs'] },
  'POST /admin/undo': {
    by: [
      'undo-rule-change',
      ...['undo-site-change', 'undo-role-change', 'undo-terms-change'],
      ...['undo-network-change', 'undo-gateway-change', 'undo-list-change'],
    ],
  },
}

function pagesServed(): readonly string[] {
  const own = testPortal().app.routes.filter(
    ({ method, path }) => method !== 'ALL' && /^\/admin(\/|$)/.test(path),
  )
  return [...new Set(own.map(({ method, path }) => `${method} ${path}`))]
}

function operationsServed(): readonly string[] {
  const { paths } = openApiDocument(new URL('https://wifi.example.org')) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, { operationId: string }>>>>
  }
  return Object.values(paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  )
}

test('each page of the administration, and each form of one, is an operation of the API or says why not', () => {
  const pages = pagesServed()
  expect(pages.length).toBeGreaterThan(45)
  expect(pages.toSorted()).toEqual(Object.keys(PAGES).toSorted())
})

test('and what it names is there', () => {
  const operations = operationsServed()
  expect(operations.length).toBeGreaterThan(45)
  expect(new Set(operations).size).toBe(operations.length)
  const named = Object.values(PAGES).flatMap((page) => ('by' in page ? page.by : []))
  expect(named.filter((name) => !operations.includes(name))).toEqual([])
})
