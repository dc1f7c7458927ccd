import type { Context, Handler } from 'hono'
import { reasonOf } from '#core/error.ts'
import { OCSP_LIMITS, ocspRefusal } from '#core/pki/ocsp.ts'
import { rootsOf } from '#db/own-authority.ts'
import { readBody } from '../read-form.ts'
import type { Services } from '../services.ts'

type Der = Uint8Array<ArrayBuffer>

/** `GET /pki/crl/1.crl` (RFC 5280 §5, RFC 2585). */
export function revocationList(services: Services): Handler {
  return async function revocationListHandler(c) {
    const [, digits] = /^(\d{1,9})\.crl$/.exec(c.req.param('name') ?? '') ?? []
    if (digits === undefined) return c.notFound()
    const list = await tried(services, () => services.enrolment.revocationList(Number(digits)))
    if (list === 'away') return c.text('the database does not answer', 503)
    if (list === null) return c.notFound()
    c.header('Cache-Control', 'public, max-age=600')
    return send(c, 'application/pkix-crl', list)
  }
}

/** `GET /pki/ocsp/BASE64` (RFC 6960 appendix A.1). */
export function ocspByGet(services: Services): Handler {
  return function ocspByGetHandler(c) {
    const { pathname } = new URL(c.req.url)
    const text = decoded(pathname.slice(pathname.indexOf('/ocsp/') + '/ocsp/'.length))
    if (text.length > OCSP_LIMITS.requestBytes * 2) return refuse(c)
    return answer(c, services, Buffer.from(text, 'base64'))
  }
}

/** `POST /pki/ocsp`. */
export function ocspByPost(services: Services): Handler {
  return async function ocspByPostHandler(c) {
    if (c.req.header('Content-Type') !== 'application/ocsp-request') return refuse(c)
    const body = await readBody(c, OCSP_LIMITS.requestBytes)
    return body === 'too-large' ? refuse(c) : answer(c, services, body)
  }
}

/** `GET /pki/roots.pem`: what devices trust, for those who set theirs up by hand. */
export function roots(services: Services): Handler {
  return function rootsHandler(c) {
    const pems = rootsOf(services.enrolment.generations(), services.clock())
    if (pems.length === 0) return c.notFound()
    c.header('Content-Disposition', 'attachment; filename="roots.pem"')
    return send(c, 'application/x-pem-file', Uint8Array.from(Buffer.from(pems.join(''))))
  }
}

async function answer(c: Context, services: Services, question: Uint8Array): Promise<Response> {
  const made = await tried(services, () => services.enrolment.ocsp(question))
  return send(c, 'application/ocsp-response', made === 'away' ? ocspRefusal('tryLater') : made)
}

function refuse(c: Context): Response {
  return send(c, 'application/ocsp-response', ocspRefusal('malformedRequest'))
}

function send(c: Context, type: string, content: Der): Response {
  return c.body(content, 200, { 'Content-Type': type })
}

async function tried<T>(services: Services, work: () => Promise<T>): Promise<T | 'away'> {
  try {
    return await work()
  } catch (thrown) {
    services.counters.databaseFailures.inc()
    services.log.warn('portal.pki.unavailable', { reason: reasonOf(thrown) })
    return 'away'
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}
