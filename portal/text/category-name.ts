import { textIn } from './language.ts'
import type { Language } from './language.ts'
import { LIST_CATEGORIES } from './list-categories.ts'

/** A category of the filter as people call it; one of the house's own as it is written. */
export function categoryName(category: string, language: Language): string {
  const known: Readonly<Record<string, string>> = textIn(language).categories
  const own = Object.hasOwn(known, category) ? known[category] : undefined
  if (own !== undefined) return own
  const listed = Object.hasOwn(LIST_CATEGORIES, category) ? LIST_CATEGORIES[category] : undefined
  if (listed === undefined) return category
  if (language === 'fr' || language === 'en') return listed[language]
  return listed.like === undefined ? listed.en : (known[listed.like] ?? listed.en)
}
