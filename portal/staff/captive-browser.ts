import type { MiddlewareHandler } from 'hono'
import { html } from 'hono/html'
import type { Services } from '../services.ts'
import { staffTextIn } from '../text/staff-language.ts'
import { returnPath } from './return-path.ts'
import { sendStaffPage, staffFrameOf } from './send-staff-page.ts'

/**
 * The small windows that systems open by themselves on a Wi-Fi with a portal: Apple's (CaptiveNetworkSupport
 * asks, the window itself is a WebKit without the name Safari), Android's login activity, which is a WebView,
 * and Windows's. Their cookies go with the window, and identity providers refuse embedded browsers (RFC 8252
 * §8.12).
 */
const CAPTIVE = [
  /\bCaptiveNetworkSupport\b/,
  /\bCaptivePortalLogin\b/,
  /\((?:iPhone|iPad|iPod)[^)]*\) AppleWebKit\/(?!.*(?:\bSafari\/|\bCriOS\/|\bFxiOS\/|\bEdgiOS\/))/,
  /\bAndroid\b.*; wv\)/,
  /\bMicrosoft NCSI\b/,
]

export function isCaptiveBrowser(userAgent: string): boolean {
  return CAPTIVE.some((pattern) => pattern.test(userAgent))
}

/** Before any way to sign in: hands over to the real browser, with the address to be copied. */
export function leaveCaptiveBrowser(services: Services): MiddlewareHandler {
  return async function leaveCaptiveBrowserHandler(c, next) {
    if (c.req.method !== 'GET' || !isCaptiveBrowser(c.req.header('User-Agent') ?? '')) return next()
    const url = new URL(c.req.url)
    const asked = url.searchParams.get('to') ?? url.pathname
    const path = returnPath(url.pathname.startsWith('/staff/sign-in') ? asked : url.pathname)
    const address = new URL(path, services.publicUrl).href
    const frame = staffFrameOf(c, services)
    const { captive: words } = staffTextIn(frame.language)
    return sendStaffPage(c, services, {
      frame,
      title: words.title,
      main: html`<h1>${words.title}</h1>
        <p class="lead">${words.lead}</p>
        <section class="card">
          <ol>
            <li>
              ${words.step1}<br />
              <span class="code all" dir="ltr">${address}</span>
            </li>
            <li>${words.step2}</li>
            <li>${words.step3}</li>
          </ol>
        </section>
        <p><a href="/guest">${words.guest}</a></p>`,
    })
  }
}
