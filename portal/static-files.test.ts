import { expect, test } from 'vitest'
import { testPortal } from './portal-fixture.ts'
import { loadStaticFiles } from './static-files.ts'

test('scripts come from here, may be kept for ever, and another address has none', async () => {
  const { app } = testPortal()
  const { paths } = loadStaticFiles()
  for (const [name, path] of Object.entries(paths)) {
    const response = await app.request(`http://localhost:8080${path}`)
    expect([name, response.status]).toEqual([name, 200])
    expect(response.headers.get('Cache-Control')).toContain('immutable')
    expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff')
    expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(1000)
  }
  const other = await app.request('http://localhost:8080/static/htmx-0000000000000000.js')
  expect(other.status).toBe(404)
})
