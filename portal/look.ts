import { createHash } from 'node:crypto'
import type { Organisation } from '#db/organisation.ts'
import { styleSheet } from './pages/style.ts'

/** The organisation as the pages show it; made once a change, not once a request. */
export interface Look {
  readonly name: string
  /** Empty when none is known. */
  readonly contact: string
  /** The whole element, to be written as it is: a byte more, and its hash is another. */
  readonly style: string
  /** The style element's source expression for the Content-Security-Policy. */
  readonly styleSource: string
  readonly logo: Logo | null
}

export interface Logo {
  /** Carries the content's hash, so that a browser may keep it for ever. */
  readonly path: string
  readonly type: string
  readonly bytes: Uint8Array
}

export const LOGO_FOLDER = '/guest/logo/'

/** What a browser may be told to draw; anything else is not shown. */
const LOGO_TYPES: ReadonlySet<string> = new Set([
  'image/svg+xml',
  'image/png',
  'image/jpeg',
  'image/webp',
])

export function createLook(organisation: Organisation | null): Look {
  const css = styleSheet(organisation?.colour ?? '')
  return {
    name: organisation?.name ?? 'Accueil',
    contact: organisation?.contact ?? '',
    style: `<style>${css}</style>`,
    styleSource: `'sha256-${createHash('sha256').update(css).digest('base64')}'`,
    logo: logoOf(organisation),
  }
}

function logoOf(organisation: Organisation | null): Logo | null {
  const logo = organisation?.logo ?? null
  if (logo === null || !LOGO_TYPES.has(logo.type)) return null
  const hash = createHash('sha256').update(logo.bytes).digest('hex').slice(0, 16)
  return { path: LOGO_FOLDER + hash, type: logo.type, bytes: logo.bytes }
}
