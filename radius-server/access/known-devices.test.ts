import { beforeEach, describe, expect, test } from 'vitest'
import type { KnownDevice } from '#db/known-devices.ts'
import { GUESSING, createBackOff } from './back-off.ts'
import type { BackOff } from './back-off.ts'
import { KNOWN_LIMITS, createKnownDevices } from './known-devices.ts'
import type { KnownDevices } from './known-devices.ts'

const DAY_MS = 86_400_000

const fleet = {
  rows: [] as { account: string; device: string; day: string }[],
  isAway: false,
  now: 0,
}
beforeEach(() => {
  fleet.rows = []
  fleet.isAway = false
  fleet.now = Date.UTC(2026, 10, 24, 12)
})

function oneProcess(): KnownDevices {
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString()
  return createKnownDevices({
    digest: (account, device): KnownDevice => ({
      account: Buffer.from(account),
      device: Buffer.from(device),
    }),
    save: (devices, day) => {
      if (fleet.isAway) return Promise.reject(new Error('away'))
      const rows = devices.map((one) => ({
        ...{ account: text(one.account), device: text(one.device) },
        day,
      }))
      fleet.rows.push(...rows)
      return Promise.resolve()
    },
    load: (account) =>
      fleet.isAway
        ? Promise.reject(new Error('away'))
        : Promise.resolve(
            fleet.rows
              .filter((row) => row.account === text(account))
              .map((row) => Buffer.from(row.device)),
          ),
    clock: () => fleet.now,
  })
}

test('a device is written once a day, and known at once', async () => {
  const known = oneProcess()
  for (let i = 0; i < 3; i += 1) known.add('alice', 'phone')
  known.add('alice', 'laptop')
  expect([known.has('alice', 'phone'), known.has('bob', 'phone')]).toEqual([true, false])
  await known.settled()
  expect(fleet.rows.map(({ device }) => device)).toEqual(['phone', 'laptop'])
  fleet.now += DAY_MS
  known.add('alice', 'phone')
  await known.settled()
  expect(fleet.rows.map(({ day }) => day)).toEqual(['2026-11-24', '2026-11-24', '2026-11-25'])
})

test('a device is forgotten 30 days after its last login', () => {
  const known = oneProcess()
  known.add('alice', 'phone')
  fleet.now += KNOWN_LIMITS.days * DAY_MS - 1
  expect(known.has('alice', 'phone')).toBe(true)
  fleet.now += KNOWN_LIMITS.days * DAY_MS
  expect(known.has('alice', 'phone')).toBe(false)
})

test('while the database is away it is known here, and counted as not shared', async () => {
  const known = oneProcess()
  fleet.isAway = true
  known.add('alice', 'phone')
  known.fetch('alice')
  await known.settled()
  expect([known.has('alice', 'phone'), known.lost]).toEqual([true, 1])
})

describe('a process that was started a moment ago, whose strangers came first', () => {
  function attack(backOff: BackOff): void {
    for (let i = 0; i < GUESSING.account.free; i += 1) backOff.failed('alice', `stranger ${i}`)
  }

  test('lets her devices in, which the fleet knows, and has new ones wait', async () => {
    oneProcess().add('alice', 'phone')
    const known = oneProcess()
    const backOff = createBackOff(GUESSING, known, () => fleet.now)
    attack(backOff)
    await known.settled()
    expect(backOff.isHeld('alice', 'phone')).toBe(false)
    expect(backOff.isHeld('alice', 'a new one')).toBe(true)
  })

  test('asks the database about nobody who is not held', async () => {
    oneProcess().add('alice', 'phone')
    const known = oneProcess()
    createBackOff(GUESSING, known, () => fleet.now).failed('alice', 'stranger')
    await known.settled()
    expect(known.size).toBe(0)
  })
})
