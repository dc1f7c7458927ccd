import { expect, test, vi } from 'vitest'
import { createMetrics } from '#core/metrics.ts'
import { silentLog } from '#core/log.ts'
import { createCounters } from './counters.ts'
import { createForgedLinks } from './forged-links.ts'
import { entryPath } from '#db/gateway-entry.ts'
import { GENERIC, OPENNDS, encryptedLink, house, signedLink, testPortal } from './portal-fixture.ts'

const counters = createCounters(createMetrics())

test('the desk is told of many of one gateway, once, and not of a few', async () => {
  const tell = vi.fn(() => Promise.resolve())
  const forged = createForgedLinks({ tell, counters, log: silentLog })
  for (let i = 0; i < 19; i += 1) forged.note('typo')
  for (let i = 0; i < 20; i += 1) forged.note('gw-0042')
  await forged.write()
  await forged.write()
  expect(tell.mock.calls).toEqual([['gw-0042', 20]])
  // Each three minutes by themselves.
  forged.note('typo')
  await forged.write()
  expect(tell).toHaveBeenCalledTimes(1)
})

test('what the database did not take is told the next time', async () => {
  const tell = vi.fn(() => Promise.resolve())
  tell.mockRejectedValueOnce(new Error('away'))
  const forged = createForgedLinks({ tell, counters, log: silentLog })
  for (let i = 0; i < 25; i += 1) forged.note('gw-0042')
  await forged.write()
  await forged.write()
  expect(tell.mock.calls).toEqual([
    ['gw-0042', 25],
    ['gw-0042', 25],
  ])
})

test('what counts is what only the gateway could have made', async () => {
  const portal = testPortal()
  const encrypted = { ...OPENNDS, fas: { level: 2 as const, key: 'the right key' } }
  portal.world.house = house({ gateways: [GENERIC, encrypted] })
  const own = entryPath(encrypted)
  const wrongKey = encryptedLink({}, 'another key').replace('/guest?', `${own}?`)
  for (const address of [
    signedLink({}, 'another secret'),
    wrongKey,
    `${own.slice(0, -4)}0000?fas=x`,
    // Of nobody; malformed; as it should be.
    signedLink({ gateway: 'nobody' }, 'another secret'),
    '/guest/from/nobody/0123?fas=x',
    '/guest?fas=x',
    signedLink(),
    encryptedLink({}, 'the right key').replace('/guest?', `${own}?`),
  ]) {
    await portal.get(address)
  }
  expect(portal.forged).toEqual(['gw-0042', 'nds-0042', 'nds-0042'])
})
