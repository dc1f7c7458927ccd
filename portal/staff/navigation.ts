import type { Person } from '#db/people.ts'
import type { StaffLanguage } from '../text/staff-language.ts'
import { enrolmentTextIn } from '../enrolment/enrolment-text.ts'
import { staffTextIn } from '../text/staff-language.ts'

/** A page that everybody who may see it finds at the top of every other. */
export interface NavigationEntry {
  readonly path: string
  readonly label: (language: StaffLanguage) => string
  /** Absent: for everybody who is signed in. */
  readonly isFor?: (person: Person) => boolean
}

/** In the order in which they are shown; the administration and the enrolment add theirs here. */
const NAVIGATION: readonly NavigationEntry[] = [
  { path: '/staff', label: (language) => staffTextIn(language).navigation.home },
  { path: '/staff/devices', label: (language) => enrolmentTextIn(language).navigation },
  { path: '/staff/sessions', label: (language) => staffTextIn(language).navigation.sessions },
]

export function navigationOf(person: Person): readonly NavigationEntry[] {
  return NAVIGATION.filter(({ isFor }) => isFor?.(person) ?? true)
}
