import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { house, terms, TERMS_FR, testPortal } from './portal-fixture.ts'
import type { TestPortal } from './portal-fixture.ts'

const digest = (text: string): string => createHash('sha256').update(text).digest('hex')
const OLD = '# Règles\n\nLe texte de l’an dernier.\n'

function withTwoVersions(): TestPortal {
  const portal = testPortal()
  portal.world.house = house({
    terms: [
      terms('2099-01', '2099-01-01', '# Plus tard', '# Later'),
      terms('2026-01', '2026-01-01'),
      terms('2025-01', '2025-01-01', OLD),
    ],
  })
  return portal
}

describe('the exact text of a version', () => {
  test('is found by its hash, in force or not, and says which it is', async () => {
    const { get } = withTwoVersions()
    const old = await (await get(`/guest/terms/${digest(OLD)}`)).text()
    expect(old).toContain('Le texte de l’an dernier.')
    expect(old).toContain('Cette version n’est plus en vigueur.')
    expect(old).toContain(digest(OLD))
    const inForce = await (await get(`/guest/terms/${digest(TERMS_FR)}`)).text()
    expect(inForce).not.toContain('en vigueur.')
    const later = await (await get(`/guest/terms/${digest('# Plus tard')}`)).text()
    expect(later).toContain('Cette version n’est pas encore en vigueur.')
  })

  test('is given to the octet, so that anybody can work out its hash', async () => {
    const response = await withTwoVersions().get(`/guest/terms/${digest(OLD)}.md`)
    expect(response.headers.get('Content-Type')).toMatch(/^text\/plain/)
    expect(response.headers.get('Content-Language')).toBe('fr')
    expect(digest(await response.text())).toBe(digest(OLD))
  })

  test.each(['0'.repeat(64), `${'0'.repeat(64)}.md`, 'abc', `${digest(OLD)}.html`])(
    'is not there for %s',
    async (file) => {
      expect((await withTwoVersions().get(`/guest/terms/${file}`)).status).toBe(404)
    },
  )

  test('is named on the page of the terms', async () => {
    const page = await (await withTwoVersions().get('/guest/terms')).text()
    expect(page).toContain(`href="/guest/terms/${digest(TERMS_FR)}?lang=fr"`)
    expect(page).toContain(digest(TERMS_FR))
  })
})
