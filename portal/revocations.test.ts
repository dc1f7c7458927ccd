import { expect, test } from 'vitest'
import { silentLog } from '#core/log.ts'
import type { Mac } from '#core/mac.ts'
import type { DisconnectResult, DisconnectTask } from '#db/disconnects.ts'
import type { PortalGateway } from './gateways/gateway.ts'
import { scriptedWorld } from './gateways/testing/scripted-world.ts'
import { GENERIC } from './portal-fixture.ts'
import { createRevocations } from './revocations.ts'

const CONTROLLER = { url: 'https://192.0.2.1:9443', password: 'secret' }
const RUCKUS: PortalGateway = {
  ...GENERIC,
  name: 'sz-0042',
  kind: 'ruckus',
  settings: { controller: CONTROLLER },
}
const COA = { port: 3799, secret: 'testing123', formerSecret: null }
const TASK = {
  id: '1',
  gateway: 'sz-0042',
  mac: '02:ac:c0:e1:00:01' as Mac,
  account: null,
  form: null,
}

function revocations(gateways: readonly PortalGateway[], code: number, tasks = [TASK]) {
  const taken: (readonly string[])[] = []
  const ended: [DisconnectTask, DisconnectResult][] = []
  const made = createRevocations({
    table: {
      gatewaysToAsk: () => Promise.resolve(gateways.map(({ name }) => name)),
      take(names) {
        taken.push(names)
        return Promise.resolve(tasks)
      },
      end(task, result) {
        ended.push([task, result])
        return Promise.resolve()
      },
    },
    gateways: () => new Map(gateways.map((one) => [one.name, one])),
    world: scriptedWorld(() =>
      Promise.resolve({
        ok: true,
        status: 200,
        cookies: [],
        headers: {},
        json: { ResponseCode: code },
      }),
    ),
    log: silentLog,
  })
  return { made, taken, ended }
}

test.each([
  [200, 'disconnected'],
  [300, 'no-session'],
  [302, 'refused'],
] as const)('a session is ended by the controller, which answers %i: %s', async (code, outcome) => {
  const { made, taken, ended } = revocations([RUCKUS], code)
  await made.look()
  await made.settled()
  expect(taken).toEqual([['sz-0042']])
  expect(ended).toEqual([[TASK, { outcome, errorCause: null, form: null }]])
})

test('gateways that RADIUS can ask, or nobody, are left to it', async () => {
  const { made, taken } = revocations([{ ...RUCKUS, coa: COA }, GENERIC], 200)
  await made.look()
  expect(taken).toEqual([])
})

test('a request for an account finds nothing at a controller of guests', async () => {
  const { made, ended } = revocations([RUCKUS], 200, [{ ...TASK, mac: null as never }])
  await made.look()
  await made.settled()
  expect(ended[0]?.[1].outcome).toBe('no-session')
})
