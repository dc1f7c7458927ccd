import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('./testing/cut-connection.ts', import.meta.url))

function run(kind: string): { readonly status: number | null; readonly out: string } {
  const { status, stdout } = spawnSync(process.execPath, [PROGRAM, kind], { encoding: 'utf8' })
  return { status, out: stdout }
}

test('a connection that is given up before its first query ends that query, and not the process', () => {
  const { status, out } = run('outlive')
  expect(out).toMatch(/told: CONNECTION_DESTROYED/)
  expect(out).toMatch(/cut: .*CONNECTION_DESTROYED/)
  expect(out).toMatch(/lives/)
  expect(status).toBe(0)
})

test('without that it would end it', () => {
  const { status, out } = run('plain')
  expect(out).not.toMatch(/lives/)
  expect(status).toBe(1)
})

test('what else nobody hears of still ends it', () => {
  const { status, out } = run('other')
  expect(out).not.toMatch(/lives/)
  expect(status).not.toBe(0)
})
