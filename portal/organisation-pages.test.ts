import type { Organisation } from '#db/organisation.ts'
import { describe, expect, test } from 'vitest'
import { asRead, house, ORGANISATION, testPortal } from './portal-fixture.ts'

async function pageOf(path: string, change: Partial<Organisation> = {}): Promise<string> {
  const portal = testPortal()
  portal.world.house = house({
    organisation: { ...ORGANISATION, ...change },
    legalBases: [
      {
        id: 'old',
        text: 'Décret de 2024',
        network: 'guest',
        from: '2024-10-21',
        until: '2025-10-20',
      },
      {
        id: 'now',
        text: 'Décret n° 2025-980',
        network: null,
        from: '2025-10-21',
        until: '2026-10-20',
      },
      { id: 'staff', text: 'Sécurité interne', network: 'staff', from: '2026-01-01', until: null },
    ],
  })
  return asRead(await (await portal.get(path)).text())
}

describe('the notice', () => {
  test('says who, why, what, how long, for whom, which rights, and what the filter does', async () => {
    const page = await pageOf('/guest/notice')
    for (const words of [
      'Les Tables Ouvertes',
      'article L34-1',
      'article 6.1.c',
      'Ni votre nom, ni les sites que vous visitez',
      'Un an, puis tout est effacé',
      'La justice et les autorités',
      'le faire corriger ou en limiter l’usage',
      'CNIL, cnil.fr',
      'choisit les listes et les règles',
      'Un site est bloqué par erreur',
    ])
      expect(page).toContain(words)
    expect(page).not.toMatch(/consen/i)
    expect(page).not.toContain('Délégué à la protection')
  })

  test('names the legal basis in force for guests today', async () => {
    const page = await pageOf('/guest/notice')
    expect(page).toContain('Décret n° 2025-980')
    expect(page).not.toContain('Décret de 2024')
    expect(page).not.toContain('Sécurité interne')
  })

  test('names another controller, its contact and its data protection officer', async () => {
    const page = await pageOf('/guest/notice', {
      privacy: { controller: 'Association X', contact: '01 23 45 67 89', dpo: 'dpo@example.org' },
    })
    expect(page).toContain('Association X')
    expect(page).toContain('href="tel:0123456789"')
    expect(page).toContain('Délégué à la protection des données (DPO)')
    expect(page).toContain('mailto:dpo@example.org')
  })

  test('sends to the staff where there is no contact', async () => {
    expect(await pageOf('/guest/notice', { contact: '' })).toContain(
      'Demandez à l’accueil du lieu.',
    )
  })
})

describe('the accessibility statement', () => {
  const audit = { by: 'Cabinet Y', on: '2026-10-02', percent: 74 }
  const accessibility = { contact: 'acces@example.org', audit, notAccessible: ['Le logo animé'] }

  test('calls the pages not compliant as long as nobody has examined them', async () => {
    const page = await pageOf('/accessibility')
    expect(page).toContain('ne sont pas conformes')
    expect(page).toContain('Aucun audit')
    expect(page).toContain('Défenseur des droits')
    expect(page).toContain('Accessibilité\u00A0: non conforme')
  })

  test('says what the audit found, what is not accessible, and whom to write to', async () => {
    const page = await pageOf('/accessibility', { accessibility })
    expect(page).toContain('partiellement conformes')
    expect(page).toContain('L’audit réalisé par Cabinet Y le 2 octobre 2026')
    expect(page).toContain('Le logo animé')
    expect(page).toContain('mailto:acces@example.org')
  })

  test.each([
    [100, 'full'],
    [99, 'partial'],
    [50, 'partial'],
    [49, 'none'],
  ] as const)('%i percent of the criteria are "%s"', (percent, conformity) => {
    const organisation = {
      ...ORGANISATION,
      accessibility: { ...accessibility, audit: { ...audit, percent } },
    }
    expect(house({ organisation }).look.conformity).toBe(conformity)
  })

  test('is in English too, and in other languages says that it is in French', async () => {
    expect(await pageOf('/accessibility?lang=en')).toContain('Accessibility statement')
    const page = await pageOf('/accessibility?lang=ar')
    expect(page).toContain('<html lang="ar" dir="rtl">')
    expect(page).toContain('<div lang="fr" dir="ltr">')
    expect(page).toContain('هذا النص موجود بهذه اللغة فقط: الفرنسية')
  })
})
