import type { Handler } from 'hono'
import encodeQr from 'qr'
import { posterPage } from './pages/poster-page.ts'
import { frameOf, queryOf, sendPage } from './send-page.ts'
import type { Services } from './services.ts'
import { notFound } from './still-pages.ts'
import { isLanguage } from './text/language.ts'
import type { Language } from './text/language.ts'

const MOST_LANGUAGES = 4
const USUAL: readonly Language[] = ['fr', 'en', 'ar', 'uk']

/**
 * `GET /poster?site=CODE`: a sheet of A4 for the wall of a place, in French and up to three other
 * languages (`&lang=en,ar,uk`). Whoever knows the code may print it: it says what the place says.
 */
export function poster(services: Services): Handler {
  const missing = notFound(services)
  return function posterHandler(c) {
    const query = queryOf(c)
    const place = services.house().guestPlaces.get(query.get('site') ?? '')
    if (place === undefined) return missing(c)
    const languages = languagesOf(query.get('lang'))
    const frame = { ...frameOf(c, services), language: languages[0], here: null }
    const code = place.ssid === null ? services.publicUrl.href : wifiCode(place.ssid)
    return sendPage(c, services, {
      name: 'poster',
      frame,
      body: posterPage(frame, { place, languages, modules: encodeQr(code, 'raw') }),
      styleSource: frame.look.posterStyleSource,
    })
  }
}

function languagesOf(asked: string | null): readonly [Language, ...Language[]] {
  const chosen = asked === null ? USUAL : asked.split(',', MOST_LANGUAGES).filter(isLanguage)
  const others = [...new Set(chosen)].filter((language) => language !== 'fr')
  return ['fr', ...others.slice(0, MOST_LANGUAGES - 1)]
}

/** What a phone's camera takes for an open network; these five characters have a meaning of their own in it. */
export function wifiCode(ssid: string): string {
  return `WIFI:T:nopass;S:${ssid.replaceAll(/[\\;,":]/g, '\\$&')};;`
}
