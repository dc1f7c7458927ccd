import type { Hono } from 'hono'
import type { Action } from '#core/rights.ts'
import { LIMITS } from '../limits.ts'
import type { Services } from '../services.ts'
import { requireRecent, requireSession } from '../staff/require-session.ts'
import { staffForm, staffUpload } from '../staff/staff-form.ts'
import {
  FILTERING_PATH,
  HEALTH_PATH,
  INVENTORY_PATH,
  JOBS_PATH,
  ALERTS_PATH,
  LOGS_PATH,
  NEW_PLACE_PATH,
  PACKS_PATH,
  PEOPLE_PATH,
  AUDIT_PATH,
  DEVICES_PATH,
  PLACES_PATH,
  REQUESTS_PATH,
  RULES_PATH,
  SESSIONS_PATH,
  TERMS_PATH,
  UNDO_PATH,
} from './admin-paths.ts'
import { requireRight } from './admin-request.ts'
import { alerts } from './alerts.ts'
import { auditLog } from './audit-log.ts'
import { device, revokeDevice } from './device.ts'
import { devices } from './devices.ts'
import { filtering } from './filtering.ts'
import { health } from './health.ts'
import { answerInventory, inventory, uploadInventory } from './inventory.ts'
import { jobsPage, runJob } from './jobs.ts'
import { logForm, searchLog } from './log-search.ts'
import { overview } from './overview.ts'
import { approvePack, askForPack, downloadPack, endHolds, holdRows, packs } from './packs.ts'
import { endSessions, placeSessions } from './place-sessions.ts'
import { liveSessions } from './sessions.ts'
import { story } from './story.ts'
import { changePlace, place } from './place.ts'
import { addPlace, newPlace } from './new-place.ts'
import { places } from './places.ts'
import { downloadFiles } from './set-up-files.ts'
import { setUp } from './set-up.ts'
import { answerRequest, request } from './request.ts'
import { requests } from './requests.ts'
import { givePersonRole, people } from './people.ts'
import { editPersonRole, personRole } from './person-role.ts'
import { draftTerms, terms } from './terms.ts'
import { previewTerms } from './terms-preview.ts'
import { editTermsText, termsText } from './terms-text.ts'
import { editTerms, termsVersion } from './terms-version.ts'
import { UNDO_ACTIONS, undo } from './undo.ts'
import { editRule, rule } from './rule.ts'
import { addRule, rules } from './rules.ts'

/** A sign-in is as good as new for so long. */
const RECENT_MINUTES = 60

/** The pages under /admin, in this order: who it is, what they may, then the form, then the page. */
export function adminPipeline(app: Hono, services: Services): void {
  app.use('/admin', requireSession(services))
  app.use('/admin/*', requireSession(services))
  const may = (...actions: readonly Action[]) => requireRight(services, ...actions)
  // After the right: of who may not, no form is read.
  const form = staffForm(services)

  app.get('/admin', may('sites.read'), overview(services))
  app.get(PLACES_PATH, may('sites.read'), places(services))
  app.post(PLACES_PATH, may('sites.write'), form, addPlace(services))
  app.get(NEW_PLACE_PATH, may('sites.write'), newPlace(services))
  app.get(`${PLACES_PATH}/:code`, may('sites.read'), place(services))
  app.post(`${PLACES_PATH}/:code`, may('sites.write'), form, changePlace(services))
  app.get(`${PLACES_PATH}/:code/set-up`, may('gateways.read'), setUp(services))
  // Secrets leave: whoever left a browser open is not who asks.
  const recent = requireRecent(services, RECENT_MINUTES, (c) =>
    c.req.path.replace(/files$/, 'set-up'),
  )
  const toFiles = [may('gateways.write'), recent, form] as const
  app.post(`${PLACES_PATH}/:code/files`, ...toFiles, downloadFiles(services))
  app.get(INVENTORY_PATH, may('sites.write'), inventory(services))
  const upload = staffUpload(services, LIMITS.uploadBytes)
  app.post(INVENTORY_PATH, may('sites.write'), upload, uploadInventory(services))
  app.post(`${INVENTORY_PATH}/answer`, may('sites.write'), form, answerInventory(services))
  app.get(RULES_PATH, may('rules.read'), rules(services))
  app.post(RULES_PATH, may('rules.write'), form, addRule(services))
  app.get(`${RULES_PATH}/:id`, may('rules.read'), rule(services))
  app.post(`${RULES_PATH}/:id`, may('rules.write'), form, editRule(services))
  app.get(REQUESTS_PATH, may('rules.read'), requests(services))
  app.get(`${REQUESTS_PATH}/:id`, may('rules.read'), request(services))
  app.post(`${REQUESTS_PATH}/:id`, may('rules.write'), form, answerRequest(services))
  app.get(FILTERING_PATH, may('rules.read'), filtering(services))
  app.get(SESSIONS_PATH, may('sessions.read'), liveSessions(services))
  app.post(SESSIONS_PATH, may('radius.explain'), form, story(services))
  app.get(`${SESSIONS_PATH}/:code`, may('sessions.read'), placeSessions(services))
  app.post(`${SESSIONS_PATH}/:code`, may('sessions.end'), form, endSessions(services))
  app.get(LOGS_PATH, may('logs.search'), logForm(services))
  app.post(LOGS_PATH, may('logs.search'), form, searchLog(services))
  app.get(PACKS_PATH, may('logs.search', 'logs.approve'), packs(services))
  app.post(PACKS_PATH, may('logs.search'), form, askForPack(services))
  app.post(`${PACKS_PATH}/holds`, may('logs.search'), form, holdRows(services))
  app.post(`${PACKS_PATH}/holds/end`, may('logs.search'), form, endHolds(services))
  app.post(`${PACKS_PATH}/:code`, may('logs.approve'), form, approvePack(services))
  const mayHave = may('logs.search', 'logs.approve')
  app.post(`${PACKS_PATH}/:code/file`, mayHave, form, downloadPack(services))
  app.get(JOBS_PATH, may('jobs.read'), jobsPage(services))
  app.post(`${JOBS_PATH}/:name`, may('jobs.run'), form, runJob(services))
  app.get(ALERTS_PATH, may('alerts.read'), alerts(services))
  app.get(AUDIT_PATH, may('audit.read'), auditLog(services))
  app.get(PEOPLE_PATH, may('roles.read'), people(services))
  app.post(PEOPLE_PATH, may('roles.write'), form, givePersonRole(services))
  app.get(`${PEOPLE_PATH}/:id`, may('roles.read'), personRole(services))
  app.post(`${PEOPLE_PATH}/:id`, may('roles.write'), form, editPersonRole(services))
  // Texts of many bytes in some scripts.
  const longForm = staffForm(services, LIMITS.termsFormBytes)
  app.get(TERMS_PATH, may('terms.read'), terms(services))
  app.post(TERMS_PATH, may('terms.write'), form, draftTerms(services))
  app.get(`${TERMS_PATH}/:version`, may('terms.read'), termsVersion(services))
  app.post(`${TERMS_PATH}/:version`, may('terms.write'), longForm, editTerms(services))
  app.get(`${TERMS_PATH}/:version/:language`, may('terms.read'), termsText(services))
  app.post(
    `${TERMS_PATH}/:version/:language`,
    may('terms.write'),
    longForm,
    editTermsText(services),
  )
  app.get(`${TERMS_PATH}/:version/:language/preview`, may('terms.read'), previewTerms(services))
  app.get(DEVICES_PATH, may('devices.read'), devices(services))
  app.get(`${DEVICES_PATH}/:id`, may('devices.read'), device(services))
  app.post(`${DEVICES_PATH}/:id`, may('devices.revoke'), form, revokeDevice(services))
  app.get(HEALTH_PATH, may('health.read'), health(services))
  app.post(UNDO_PATH, may(...UNDO_ACTIONS), form, undo(services))
}
