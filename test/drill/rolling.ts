import { createProduct } from '../support/peers/product.ts'
import type { Product } from '../support/peers/product.ts'
import type { Drill, Ground } from './given.ts'
import { seconds } from './given.ts'
import { PATRONI_PEERS } from './patroni-cluster.ts'
import type { Server } from './people.ts'
import { THROUGHOUT, underLoad } from './under-load.ts'

const ROLES = ['portal', 'radius', 'dns', 'jobs'] as const
type RoleName = (typeof ROLES)[number]
/** A machine of Accueil with a process for each role, as its units start them. */
type Machine = Readonly<Record<RoleName, Product>>

/**
 * As docs/operate.md says for an upgrade: one unit after the other, each when the one before is ready. Gateways
 * know both RADIUS servers, phones both resolvers, and the portal's name has both addresses.
 */
export const rolling: Drill = {
  name: 'rolling',
  broken: 'two copies of each role, eight processes, are restarted one after the other',
  peers: PATRONI_PEERS,
  async run(given) {
    const ground = await given.ground()
    await using stack = new AsyncDisposableStack()
    // The copies of all roles go on as they are: their jobs are part of the fleet.
    const machines: Machine[] = []
    for (let i = 0; i < 2; i += 1) machines.push(await startMachine(given.folder, ground, stack))
    return await underLoad(
      {
        run: given.run,
        servers: machines.map(serverOf),
        accountants: machines.map(({ radius }) => radius),
        url: ground.url,
        // The database is there all the time: a guest is turned away as little as a name is.
        throughout: [...THROUGHOUT, 'acceptance'],
      },
      async () => {
        const took: string[] = []
        for (const role of ROLES) {
          for (const machine of machines) {
            const began = performance.now()
            await restart(machine[role])
            took.push(`${role} ${seconds(began)}`)
          }
        }
        return `each was away for: ${took.join(', ')}`
      },
    )
  },
}

async function startMachine(
  folder: Parameters<typeof createProduct>[0],
  { env }: Ground,
  stack: AsyncDisposableStack,
): Promise<Machine> {
  const made = new Map<RoleName, Product>()
  const dataDir = folder.fresh('machine')
  for (const role of ROLES) {
    const product = await createProduct(folder, {
      upstream: '127.0.0.1:9',
      ...{ dataDir, roles: [role], env },
    })
    stack.use(product)
    await product.start()
    made.set(role, product)
  }
  return Object.fromEntries(made) as Machine
}

function serverOf({ portal, radius, dns }: Machine): Server {
  const { radius: authentication, radiusAcct } = radius.ports
  return {
    portalUrl: portal.portalUrl,
    ports: { radius: authentication, radiusAcct, dns: dns.ports.dns },
  }
}

async function restart(product: Product): Promise<void> {
  const { code } = await product.stop()
  if (code !== 0) throw new Error(`it ended with ${code}:\n${product.running().output()}`)
  await product.start()
}
