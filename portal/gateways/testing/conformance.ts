import { describe, expect, test } from 'vitest'
import { parseAddress } from '#core/ip.ts'
import { LIMITS } from '../../limits.ts'
import { NOW } from '../../portal-fixture.ts'
import type {
  Arrival,
  Device,
  GatewayAdapter,
  Opening,
  PortalGateway,
  Release,
  Visit,
} from '../gateway.ts'
import { scriptedWorld } from './scripted-world.ts'
import type { ScriptedWorld } from './scripted-world.ts'

export const CONNECTED = {
  path: '/guest/connected?lang=fr',
  url: 'http://portal.test/guest/connected?lang=fr',
}
const HOUR = 3_600_000

/** A visit of a phone that was sent to `address`, or with that query to the path that all share. */
export function visit(
  address: string | URLSearchParams,
  gateways: readonly PortalGateway[],
  change: Partial<Visit> = {},
): Visit {
  const url =
    typeof address === 'string'
      ? new URL(address, 'http://portal.test')
      : new URL(`/guest?${address.toString()}`, 'http://portal.test')
  return {
    query: typeof address === 'string' ? url.searchParams : address,
    address: url.href,
    named: null,
    from: parseAddress('192.168.77.9'),
    gateways: new Map(gateways.map((one) => [one.name, one])),
    now: NOW,
    ...change,
  }
}

export function opening(world: ScriptedWorld = scriptedWorld()): Opening {
  return { connected: CONNECTED, until: NOW + HOUR, now: NOW, world }
}

export function deviceOf(arrival: Arrival): Device {
  if (arrival.outcome !== 'device') throw new Error(`not a device: ${JSON.stringify(arrival)}`)
  return arrival.device
}

/** What every kind of gateway must keep to. */
export interface Conformance {
  readonly adapter: GatewayAdapter
  readonly gateway: PortalGateway
  /** The kind comes by its own path, so that the gateway is known before the query is read. */
  readonly named: boolean
  /** The address to which a phone is sent, with these values instead of the usual ones. */
  link(change?: Readonly<Partial<Record<'mac' | 'ip' | 'origin', string>>>): string
  /** The same link with a value that somebody changed on the way; absent where nothing signs it. */
  forged?: Readonly<Record<string, () => string>>
  /** Links that would lead people elsewhere. */
  elsewhere?: Readonly<Record<string, () => string>>
  /** Hosts to which the browser may be sent beside our own. */
  readonly opensAt: RegExp
  /** For a kind that asks its controller: one that answers as it should. */
  world?: () => ScriptedWorld
}

export function conforms(suite: Conformance): void {
  const { adapter, gateway, link } = suite
  const named = suite.named ? gateway : null
  const receive = (address: string, change: Partial<Visit> = {}): Arrival =>
    adapter.receive(visit(address, [gateway], { named, ...change }))
  const world = suite.world ?? scriptedWorld
  const openAt = async (device: Device): Promise<Release> =>
    adapter.release(device, opening(world()))

  describe(`a gateway of kind ${adapter.kind}`, () => {
    test('is recognised with the device, in canonical form', () => {
      expect(deviceOf(receive(link({ mac: '02:AC:C0:E1:00:01' })))).toMatchObject({
        gateway: { name: gateway.name },
        mac: '02:ac:c0:e1:00:01',
      })
    })

    test('is refused where it is not declared', () => {
      const arrival = adapter.receive(visit(link(), [], { named: null }))
      expect(arrival).toMatchObject({ outcome: 'refused' })
    })

    test('is refused at a place without guest network', () => {
      const closed = { ...gateway, guest: null }
      const arrival = adapter.receive(
        visit(link(), [closed], { named: suite.named ? closed : null }),
      )
      expect(arrival).toEqual({ outcome: 'refused', reason: 'no-guest-network' })
    })

    test.each(['', 'nonsense', 'ff', "02:ac'; drop", '𝟘𝟚:ac:c0:e1:00:01'])(
      'is refused for %j instead of a MAC address',
      (mac) => {
        expect(receive(link({ mac })).outcome).toBe('refused')
      },
    )

    test('has the letters of other languages in what the phone wanted, and goes on', () => {
      const origin = 'http://example.com/مرحبا?запрос=ጤና இस্&x=%2C%20'
      expect(receive(link({ origin })).outcome).toBe('device')
    })

    test.each(Object.entries(suite.forged ?? {}))('is refused with a forged %s', (_, forged) => {
      expect(receive(forged())).toMatchObject({ outcome: 'refused' })
    })

    test.each(Object.entries(suite.elsewhere ?? {}))(
      'sends nobody elsewhere by %s',
      async (_, elsewhere) => {
        const arrival = receive(elsewhere())
        if (arrival.outcome !== 'device') return
        const release = await openAt(arrival.device)
        expect(whereTo(release)).toMatch(suite.opensAt)
      },
    )

    test('takes no value without end', () => {
      const url = new URL(link(), 'http://portal.test')
      for (const name of [...url.searchParams.keys()]) {
        const long = new URL(url)
        long.searchParams.set(name, 'x'.repeat(LIMITS.headerBytes))
        const arrival = receive(`${long.pathname}${long.search}`)
        const kept = arrival.outcome === 'device' ? JSON.stringify(arrival.device.returnData) : ''
        expect(kept.length, name).toBeLessThan(LIMITS.fasValue)
      }
    })

    test('is opened where its kind opens, for the same device each time', async () => {
      const device = deviceOf(receive(link()))
      const first = await openAt(device)
      expect(first.outcome).not.toBe('refused')
      expect(whereTo(first)).toMatch(suite.opensAt)
      // A reload, a second tap: nothing breaks.
      expect((await openAt(device)).outcome).toBe(first.outcome)
    })

    test('is not opened by a ticket whose return data are not its own', async () => {
      const device = { ...deviceOf(receive(link())), returnData: {} }
      const release = await openAt(device)
      if (release.outcome !== 'refused') expect(whereTo(release)).toMatch(suite.opensAt)
    })
  })
}

function whereTo(release: Release): string {
  switch (release.outcome) {
    case 'go':
      return release.location
    case 'wait':
      return CONNECTED.path
    case 'refused':
      return `refused: ${release.reason}`
  }
}
