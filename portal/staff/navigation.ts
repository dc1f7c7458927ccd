import type { Rights } from '#core/rights.ts'
import { hasAdministration } from '../admin/entries.ts'
import { adminTextIn } from '../text/admin-language.ts'
import type { StaffLanguage } from '../text/staff-language.ts'
import { enrolmentTextIn } from '../enrolment/enrolment-text.ts'
import { staffTextIn } from '../text/staff-language.ts'

/** A page that everybody who may see it finds at the top of every other. */
export interface NavigationEntry {
  readonly path: string
  readonly label: (language: StaffLanguage) => string
  /** Absent: for everybody who is signed in. */
  readonly isFor?: (rights: Rights) => boolean
}

/** In the order in which they are shown; the administration and the enrolment add theirs here. */
const NAVIGATION: readonly NavigationEntry[] = [
  { path: '/staff', label: (language) => staffTextIn(language).navigation.home },
  { path: '/staff/devices', label: (language) => enrolmentTextIn(language).navigation },
  { path: '/staff/sessions', label: (language) => staffTextIn(language).navigation.sessions },
  {
    path: '/admin',
    label: (language) => adminTextIn(language).administration,
    isFor: hasAdministration,
  },
]

export function navigationOf(rights: Rights | null): readonly NavigationEntry[] {
  return NAVIGATION.filter(({ isFor }) => isFor === undefined || (rights !== null && isFor(rights)))
}
