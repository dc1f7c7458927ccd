import { expect, test } from 'vitest'
import { testPortal } from '../portal-fixture.ts'
import { ADMIN_ROUTES } from './admin/routes.ts'
import { PROBLEMS } from './problem.ts'

test('the page of the API has every operation, its scope and its schemas, and loads nothing', async () => {
  const response = await testPortal().get('/api')
  expect(response.status).toBe(200)
  expect(response.headers.get('Content-Security-Policy')).toMatch(
    /^default-src 'none'; style-src 'sha256-/,
  )
  const page = await response.text()
  for (const { operationId, action, answers } of ADMIN_ROUTES) {
    expect(page).toContain(`<details id="${operationId}">`)
    expect(page).toContain(`Needs the scope ${action}.`)
    if (answers.schema !== undefined) expect(page).toContain(`id="schema-${answers.schema}"`)
  }
  for (const { title } of Object.values(PROBLEMS)) expect(page.split(title)).toHaveLength(2)
  // What many take is told once, and what few take where they do.
  expect(page.split('The ETag of what you read')).toHaveLength(2)
  expect(page.match(/href="#parameters">[^<]*\blimit\b/g)?.length).toBeGreaterThan(10)
  expect(page).not.toMatch(/<script|src=|https?:\/\/(?!localhost)[^"&]*\.(?:js|css)/)
  expect(Buffer.byteLength(page)).toBeLessThan(300_000)
})
