import { timingSafeEqual } from 'node:crypto'
import type { Context, MiddlewareHandler } from 'hono'
import { AppError } from '#core/error.ts'
import { LIMITS } from '../limits.ts'
import { readForm } from '../read-form.ts'
import { readUpload } from '../read-upload.ts'
import type { Upload } from '../read-upload.ts'
import type { Services } from '../services.ts'
import { formToken } from './form-token.ts'
import { sessionOf } from './require-session.ts'
import { sendStaffProblem } from './send-staff-page.ts'
import { TOKEN_FIELD } from './staff-layout.ts'

declare module 'hono' {
  interface ContextVariableMap {
    readonly staffForm: URLSearchParams | undefined
    readonly staffUpload: Upload | undefined
  }
}

/**
 * Whether the browser says that the request comes from a page of ours. Sec-Fetch-Site is what no page can
 * write; over http browsers do not send it, then it is the Origin.
 */
function isSameOrigin(c: Context, publicUrl: URL): boolean {
  const site = c.req.header('Sec-Fetch-Site')
  if (site !== undefined) return site === 'same-origin'
  return c.req.header('Origin') === publicUrl.origin
}

/** Reads a form that comes before there is a session; `formOf` gives it. */
export function openForm(services: Services): MiddlewareHandler {
  return async function openFormHandler(c, next) {
    const refusal = await takeForm(c, services, LIMITS.bodyBytes)
    return refusal ?? next()
  }
}

/** Reads a form of somebody who is signed in, from one of the pages that they were given. */
export function staffForm(
  services: Services,
  bytes: number = LIMITS.staffFormBytes,
): MiddlewareHandler {
  return async function staffFormHandler(c, next) {
    const refusal = await takeForm(c, services, bytes)
    if (refusal !== null) return refusal
    return hasToken(c, services)
      ? next()
      : sendStaffProblem(c, services, 'other-site', { status: 403 })
  }
}

/** The same of a form with a file, which `uploadOf` gives. */
export function staffUpload(services: Services, bytes: number): MiddlewareHandler {
  return async function staffUploadHandler(c, next) {
    if (!isSameOrigin(c, services.publicUrl)) {
      return sendStaffProblem(c, services, 'other-site', { status: 403 })
    }
    const read = await readUpload(c, bytes)
    if (read === 'too-large') return sendStaffProblem(c, services, 'too-large', { status: 413 })
    c.set('staffForm', read.form)
    c.set('staffUpload', read.file ?? undefined)
    return hasToken(c, services)
      ? next()
      : sendStaffProblem(c, services, 'other-site', { status: 403 })
  }
}

/** That of the page that they were given. */
function hasToken(c: Context, services: Services): boolean {
  const given = Buffer.from(formOf(c).get(TOKEN_FIELD) ?? '')
  const right = Buffer.from(formToken(services.seal, sessionOf(c)))
  return given.length === right.length && timingSafeEqual(given, right)
}

/** The file of this request; null: none was chosen. */
export function uploadOf(c: Context): Upload | null {
  return c.get('staffUpload') ?? null
}

/** The form of this request; only behind `staffForm` or `openForm`. */
export function formOf(c: Context): URLSearchParams {
  const form = c.get('staffForm')
  if (form === undefined) throw new AppError('no-form', 'this route does not read a form')
  return form
}

async function takeForm(c: Context, services: Services, bytes: number): Promise<Response | null> {
  if (!isSameOrigin(c, services.publicUrl)) {
    return sendStaffProblem(c, services, 'other-site', { status: 403 })
  }
  const form = await readForm(c, bytes)
  if (form === 'too-large') return sendStaffProblem(c, services, 'too-large', { status: 413 })
  c.set('staffForm', form)
  return null
}
