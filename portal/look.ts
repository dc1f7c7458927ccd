import { createHash } from 'node:crypto'
import type { Accessibility, Organisation } from '#db/organisation.ts'
import { posterStyle } from './pages/poster-style.ts'
import { styleSheet } from './pages/style.ts'
import { STAFF_RULES } from './staff/staff-style.ts'

/** The organisation as the pages show it; made once a change, not once a request. */
export interface Look {
  readonly name: string
  /** Empty when none is known. */
  readonly contact: string
  /** The whole element, to be written as it is: a byte more, and its hash is another. */
  readonly style: string
  /** The style element's source expression for the Content-Security-Policy. */
  readonly styleSource: string
  readonly posterStyle: string
  readonly posterStyleSource: string
  readonly staffStyle: string
  readonly staffStyleSource: string
  readonly logo: Logo | null
  /** For the information notice; empty where there is none. */
  readonly privacy: {
    readonly controller: string
    readonly contact: string
    readonly dpo: string
  }
  readonly accessibility: Accessibility
  readonly conformity: Conformity
}

/** What French law calls a site (order of 20 September 2019, RGAA 4.1). */
export type Conformity = 'none' | 'partial' | 'full'

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
  const colour = organisation?.colour ?? ''
  const [style, styleSource] = inPage(styleSheet(colour))
  const [staffStyle, staffStyleSource] = inPage(styleSheet(colour) + STAFF_RULES)
  const [poster, posterStyleSource] = inPage(posterStyle(colour))
  const name = organisation?.name ?? 'Accueil'
  const contact = organisation?.contact ?? ''
  const accessibility = organisation?.accessibility ?? NOT_EXAMINED
  return {
    ...{ name, contact, style, styleSource, posterStyle: poster, posterStyleSource },
    ...{ staffStyle, staffStyleSource },
    logo: logoOf(organisation),
    privacy: {
      controller: organisation?.privacy.controller ?? name,
      contact: organisation?.privacy.contact ?? contact,
      dpo: organisation?.privacy.dpo ?? '',
    },
    accessibility,
    conformity: conformityOf(accessibility),
  }
}

const NOT_EXAMINED: Accessibility = { contact: null, audit: null, notAccessible: [] }
const ENOUGH_PERCENT = 50
const ALL_PERCENT = 100

function conformityOf({ audit }: Accessibility): Conformity {
  if (audit === null || audit.percent < ENOUGH_PERCENT) return 'none'
  return audit.percent === ALL_PERCENT ? 'full' : 'partial'
}

function inPage(css: string): readonly [element: string, source: string] {
  const hash = createHash('sha256').update(css).digest('base64')
  return [`<style>${css}</style>`, `'sha256-${hash}'`]
}

function logoOf(organisation: Organisation | null): Logo | null {
  const logo = organisation?.logo ?? null
  if (logo === null || !LOGO_TYPES.has(logo.type)) return null
  const hash = createHash('sha256').update(logo.bytes).digest('hex').slice(0, 16)
  return { path: LOGO_FOLDER + hash, type: logo.type, bytes: logo.bytes }
}
