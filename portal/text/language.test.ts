import { describe, expect, test } from 'vitest'
import { en } from './en.ts'
import { fr } from './fr.ts'
import { chooseLanguage, directionOf, LANGUAGES, readableBy, textIn } from './language.ts'

describe('the language', () => {
  test.each([
    [null, null, 'fr'],
    [null, '', 'fr'],
    [null, 'en-GB,en;q=0.9', 'en'],
    [null, 'fr-CA', 'fr'],
    [null, 'de-DE,en;q=0.5,fr;q=0.4', 'en'],
    [null, 'en;q=0.3, fr;q=0.7', 'fr'],
    [null, 'en;q=0, de', 'fr'],
    [null, 'ar,uk;q=0.8', 'ar'],
    [null, 'ar-DZ;q=0.7,uk-UA;q=0.8', 'uk'],
    [null, 'fa-IR', 'fa'],
    [null, 'fa-AF,en;q=0.5', 'prs'],
    [null, 'mo', 'ro'],
    [null, 'pt-BR', 'pt'],
    [null, 'ti-ER,en-US;q=0.1', 'ti'],
    [null, '*', 'fr'],
    [null, 'en;q=nonsense', 'fr'],
    ['en', 'fr-FR', 'en'],
    ['fr', 'en-GB', 'fr'],
    ['xx', 'en-GB', 'en'],
    ['toString', 'en-GB', 'en'],
    ['<b>', null, 'fr'],
  ])('asked %j by a phone that prefers %j is %s', (asked, accept, language) => {
    expect(chooseLanguage(asked, accept)).toBe(language)
  })

  test('is found in a header of any length without reading it all', () => {
    expect(chooseLanguage(null, `${'de,'.repeat(100_000)}en`)).toBe('fr')
  })

  test('of Iran, Afghanistan and the Arabs runs from right to left', () => {
    const fromRight = LANGUAGES.filter((language) => directionOf(language) === 'rtl')
    expect(fromRight).toEqual(['ar', 'fa', 'prs', 'ps'])
  })

  test('of terms for a reader of Dari is Persian before French', () => {
    expect(readableBy('prs')).toEqual(['prs', 'fa', 'fr'])
    expect(readableBy('uk')).toEqual(['uk', 'fr'])
  })
})

function sentences(text: object, path = ''): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(text).flatMap(([name, value]: [string, unknown]) => {
      const here = `${path}.${name}`
      if (name === 'reviewed' || name === 'units') return []
      if (typeof value === 'string') return [[here, value] as const]
      return typeof value === 'object' && value !== null ? [...sentences(value, here)] : []
    }),
  )
}

function wordsIn(sentence: string): readonly string[] {
  return [...sentence.matchAll(/\{\w+\}/g)].map(([word]) => word).toSorted()
}

describe('the sentences', () => {
  const french = sentences(fr)

  test.each(LANGUAGES)('in %s are all there, with the same words to fill in', (language) => {
    const here = sentences(textIn(language))
    expect([...here.keys()]).toEqual([...french.keys()])
    const other = [...here].filter(
      ([name, sentence]) =>
        wordsIn(sentence).join() !== wordsIn(french.get(name) ?? '').join() || sentence === '',
    )
    expect(other).toEqual([])
  })

  test.each(LANGUAGES.filter((language) => language !== 'fr'))(
    'in %s are translated, not left in French',
    (language) => {
      const same = [...sentences(textIn(language))].filter(
        // "Wi-Fi gratuit" is Romanian too.
        ([name, sentence]) => sentence === french.get(name) && sentence.length > 16,
      )
      expect(same.map(([, sentence]) => sentence)).toEqual([])
    },
  )

  test('in French never break before ? ! : ; and use the typographic apostrophe', () => {
    expect([...french.values()].filter((sentence) => / [?!:;»]|'/.test(sentence))).toEqual([])
  })

  test('do not ask for consent to what the law imposes', () => {
    expect([...french.values(), ...sentences(en).values()].join(' ')).not.toMatch(/consen/i)
  })
})

test('a review names its reader and its day', () => {
  const reviews = LANGUAGES.flatMap((language) => textIn(language).reviewed ?? [])
  for (const { by, on } of reviews) {
    expect(by).not.toBe('')
    expect(on).toMatch(/^20\d\d-\d\d-\d\d$/)
  }
})
