import { setTimeout as sleep } from 'node:timers/promises'
import { askOverUdp, wireQuery } from '../../dns-filter/testing/asking.ts'
import { startRelay } from '../support/postgres-relay.ts'
import { connect, createNamespace, freeUplink, hostDevice } from '../support/peers/namespaces.ts'
import { eventually, must } from '../support/peers/process.ts'
import { createProduct } from '../support/peers/product.ts'
import type { Drill } from './given.ts'
import { seconds } from './given.ts'
import { POSTGRES_PEER } from './debian-postgres.ts'
import { openOwnHouse } from './own-house.ts'
import { THROUGHOUT, underLoad } from './under-load.ts'

const CUT_MS = 60_000
const PATIENCE_MS = 120_000
/** Nothing answers while it starts: what is measured is no finer than this. */
const LOOK_MS = 200
const NEW_RULE = 'new.example'

/** The role dns alone in a place, which keeps its lists and rules on its own disk. */
export const cutOff: Drill = {
  name: 'cut-off',
  broken:
    'the resolver of a place is cut off from the centre for a minute; then it is started without',
  peers: [POSTGRES_PEER, ['ip', 'iproute2'], ['curl', 'curl']],
  async run({ folder, run }) {
    await using house = await openOwnHouse(folder)
    const { product, url, env } = house
    await using place = await createNamespace('place', { nameserver: '127.0.0.1' })
    const uplink = freeUplink(60)
    const cable = hostDevice('up')
    await connect(
      { namespace: null, device: cable, address: `${uplink.ours}/30` },
      { namespace: place, device: 'eth0', address: `${uplink.gateway}/30` },
    )
    const inside = freeUplink(160)
    await connect(
      { namespace: null, device: hostDevice('in'), address: `${inside.ours}/30` },
      { namespace: place, device: 'eth1', address: `${inside.gateway}/30` },
    )
    await using relay = await startRelay(url, uplink.ours)
    await relay.open()
    await using edge = await createProduct(folder, {
      ...{ upstream: '127.0.0.1:9', roles: ['dns'] },
      env: { ...env, DATABASE_URL: relay.url },
      namespace: place.name,
    })
    await edge.start()
    const server = {
      ...{ portalUrl: product.portalUrl, dnsHost: inside.gateway },
      ports: { ...product.ports, dns: edge.ports.dns },
    }
    const blocks = async (name: string, patienceMs = 1_500): Promise<boolean> => {
      const answer = await askOverUdp(edge.ports.dns, wireQuery(name), patienceMs, inside.gateway)
      return answer !== null && ((answer[3] ?? 0) & 15) === 3
    }
    const report = await underLoad(
      {
        ...{ run, url, servers: [server], accountants: [product] },
        throughout: [...THROUGHOUT, 'acceptance'],
      },
      async () => {
        await must(['ip', 'link', 'set', cable, 'down'])
        const done = await product.command('rules', 'block', NEW_RULE)
        if (done.code !== 0) throw new Error(done.stderr)
        await sleep(CUT_MS)
        if (await blocks(NEW_RULE)) throw new Error('it cannot know the new rule')
        await must(['ip', 'link', 'set', cable, 'up'])
        const mended = performance.now()
        await eventually('the rule of meanwhile counts', () => blocks(NEW_RULE), PATIENCE_MS)
        return `what was ruled meanwhile counts ${seconds(mended)} after`
      },
    )
    // The box of the place is switched off and on while the centre is away: nobody else resolves there.
    await must(['ip', 'link', 'set', cable, 'down'])
    await edge.stop()
    const began = performance.now()
    edge.launch()
    await eventually('names are answered', () => blocks(NEW_RULE, LOOK_MS), PATIENCE_MS)
    return {
      ...report,
      took: `${report.took}; started without the centre, it answers after ${seconds(began)}`,
    }
  },
}
