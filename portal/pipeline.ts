import { ENTRY_FOLDER } from '#db/gateway-entry.ts'
import type { Hono } from 'hono'
import { acceptance, acceptanceAgain } from './acceptance.ts'
import { adminPipeline } from './admin/pipeline.ts'
import { ADMIN_ROUTES } from './api/admin/routes.ts'
import { netBoxHook } from './api/admin/netbox-hook.ts'
import { adminApi } from './api/admin/serve.ts'
import { apiLogins } from './api/logins.ts'
import { openApi, openApiDocument } from './api/openapi.ts'
import { apiReference } from './api/reference-page.ts'
import { apiNotFound, onlyRead } from './api/not-there.ts'
import { answerBlocked, UNBLOCK_PATH } from './answer-blocked.ts'
import { answerProbes } from './answer-probes.ts'
import { captiveApi, captiveApiOfDevice, DEVICE_API_PATH } from './captive-api.ts'
import {
  GUEST_PATH,
  gatewayArrival,
  gatewayPoll,
  guestArrival,
  unifiArrival,
} from './guest-arrival.ts'
import { healthz, readyz } from './health.ts'
import { DEVICE_PATH, keptAboutDevice } from './kept-about-device.ts'
import { limitRequests } from './limit-requests.ts'
import { favicon, logo } from './logo.ts'
import { LOGO_FOLDER } from './look.ts'
import { OPENING_PATH, opening } from './opening.ts'
import { poster } from './poster.ts'
import { RECEIPT_PATH, receiptCheck } from './receipt-check.ts'
import { securityHeaders } from './security-headers.ts'
import type { Services } from './services.ts'
import { enrolmentPipeline, statusPipeline } from './enrolment/pipeline.ts'
import { internalPipeline } from './internal/pipeline.ts'
import { scimPipeline } from './scim/pipeline.ts'
import { staffPipeline } from './staff/pipeline.ts'
import { STATIC_FOLDER, staticFile } from './static-files.ts'
import { ACCEPT_PATH, NOTICE_PATH } from './show-terms.ts'
import {
  accessibility,
  connected,
  failure,
  home,
  notFound,
  notice,
  readTerms,
} from './still-pages.ts'
import { traceRequests } from './trace-requests.ts'
import { TERMS_BY_HASH, termsByHash } from './terms-by-hash.ts'
import { SENT_PATH, unblock, unblockSent } from './unblock.ts'

/** What a request passes, in this order; each line has the reason for its place. */
export function pipeline(app: Hono, services: Services): void {
  // First, around everything: refusals, redirects and failures leave with the headers too.
  app.use(securityHeaders())

  // Around everything but the headers, so that what is refused has its time too. Off, it is not there.
  if (services.spans !== undefined) app.use(traceRequests(services.spans))

  // Before the limit: an orchestrator that is refused in a rush would kill a healthy portal.
  app.get('/healthz', healthz())
  app.get('/readyz', readyz(services))

  // Before any work, and keyed by the socket's address, or by a gateway that proved its name: nothing that
  // a stranger writes chooses their bucket.
  app.use(limitRequests(services))

  // Before our own paths: a probe's "/" on a foreign name is not our home page.
  app.use(answerProbes(services))

  // After the probes, which are names of others too; before our own "/" is shown under a blocked name.
  app.use(answerBlocked(services))

  app.get(GUEST_PATH, guestArrival(services))
  app.get('/guest/s/:site/', unifiArrival(services))
  app.get(`${ENTRY_FOLDER}:name/:key`, gatewayArrival(services))
  app.post(`${ENTRY_FOLDER}:name/:key`, gatewayPoll(services))
  app.get(ACCEPT_PATH, acceptanceAgain(services))
  app.post(ACCEPT_PATH, acceptance(services))
  app.get(OPENING_PATH, opening(services))
  app.post(UNBLOCK_PATH, unblock(services))
  app.get(SENT_PATH, unblockSent(services))
  app.get('/guest/connected', connected(services))
  app.get('/guest/terms', readTerms(services))
  app.get(TERMS_BY_HASH, termsByHash(services))
  app.get(RECEIPT_PATH, receiptCheck(services))
  app.get(NOTICE_PATH, notice(services))
  app.get(DEVICE_PATH, keptAboutDevice(services))
  app.get('/poster', poster(services))
  app.get('/accessibility', accessibility(services))
  app.get(`${LOGO_FOLDER}:hash`, logo(services))
  app.get('/favicon.ico', favicon())
  app.get(`${STATIC_FOLDER}:name`, staticFile(services.files))
  app.get('/captive-portal/api', captiveApi(services))
  app.get(DEVICE_API_PATH, captiveApiOfDevice(services))
  app.get('/', home(services))

  staffPipeline(app, services)
  adminPipeline(app, services)
  // After it: behind its session. The fixed paths among one's devices stand before the page of one of them.
  internalPipeline(app, services)
  enrolmentPipeline(app, services)
  statusPipeline(app, services)

  // For programs: what goes wrong below is a problem in JSON and never a page.
  scimPipeline(app, services)
  const document = openApiDocument(services.publicUrl)
  app.get('/api/openapi.json', openApi(document))
  app.get('/api', apiReference(document))
  app.get('/api/v1/radius/logins', apiLogins(services))
  app.all('/api/v1/radius/logins', onlyRead())
  adminApi(app, services, ADMIN_ROUTES)
  app.post('/api/v1/inventory/netbox', netBoxHook(services))
  app.all('/api/*', apiNotFound())

  // Last: what nothing above took, and what anything above threw.
  app.notFound(notFound(services))
  app.onError((thrown, c) => failure(services, c, thrown))
}
