import { describe, expect, test } from 'vitest'
import { CONTROLLER_LIMITS, createCallController } from './call-controller.ts'
import type { ControllerFailure } from './call-controller.ts'
import { reach, startController } from './testing/scripted-controller.ts'

const GET = { method: 'GET', path: '/x' } as const

describe('a call to a controller', () => {
  test('goes to who shows the certificate that was declared', async () => {
    await using controller = await startController(() => ({ body: { fine: true } }))
    const answer = await createCallController()(reach(controller, {}), GET)
    expect(answer).toMatchObject({ ok: true, status: 200, json: { fine: true } })
  })

  test('sends nothing to any other, with another pin or with none', async () => {
    await using controller = await startController(() => ({ body: {} }))
    const failures: ControllerFailure[] = []
    const call = createCallController((_, failure) => failures.push(failure))
    const body = { password: 'secret' }
    for (const pinned of [{ certificate: 'f'.repeat(64) }, {}]) {
      const answer = await call(
        { url: controller.url, ...pinned },
        { ...GET, method: 'POST', body },
      )
      expect(answer).toEqual({ ok: false, failure: 'untrusted' })
    }
    expect(controller.asked).toEqual([])
    expect(failures).toEqual(['untrusted', 'untrusted'])
  })

  test('that is not answered ends with its deadline', async () => {
    await using controller = await startController(() => ({ silent: true }))
    const call = createCallController(undefined, 200)
    expect(await call(reach(controller, {}), GET)).toEqual({ ok: false, failure: 'late' })
  })

  test('finds nobody where nobody listens', async () => {
    const controller = await startController(() => ({}))
    await controller[Symbol.asyncDispose]()
    const answer = await createCallController()(reach(controller, {}), GET)
    expect(answer).toEqual({ ok: false, failure: 'unreachable' })
  })

  test('follows no redirect, and takes neither a page nor an answer without end', async () => {
    await using controller = await startController(({ path }) => {
      if (path === '/page') return { body: '<html>' }
      if (path === '/long') return { body: 'x'.repeat(CONTROLLER_LIMITS.answerBytes + 1) }
      return { status: 302, headers: { Location: 'https://evil.example/' }, body: {} }
    })
    const call = createCallController()
    const to = reach(controller, {})
    expect(await call(to, GET)).toMatchObject({ ok: true, status: 302 })
    expect(await call(to, { ...GET, path: '/page' })).toEqual({ ok: false, failure: 'not-json' })
    expect(await call(to, { ...GET, path: '/long' })).toMatchObject({ ok: false })
    expect(controller.asked).toHaveLength(3)
  })

  test('waits for no place: who comes when all are taken is told so', async () => {
    await using controller = await startController(() => ({ silent: true }))
    const call = createCallController(undefined, 500)
    const to = reach(controller, {})
    const first = Array.from({ length: CONTROLLER_LIMITS.running }, () => call(to, GET))
    expect(await call(to, GET)).toEqual({ ok: false, failure: 'busy' })
    await Promise.all(first)
    expect(await call(to, GET)).toEqual({ ok: false, failure: 'late' })
  })
})
