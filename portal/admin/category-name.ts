import { textIn } from '../text/language.ts'
import type { StaffLanguage } from '../text/staff-language.ts'

/** A category of the filter as people call it; one of the house's own as it is written. */
export function categoryName(category: string, language: StaffLanguage): string {
  const known: Readonly<Record<string, string>> = textIn(language).categories
  return Object.hasOwn(known, category) ? (known[category] ?? category) : category
}
