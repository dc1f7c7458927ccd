import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../support/peers/process.ts'
import type { Product } from '../support/peers/product.ts'
import type { PatroniCluster } from './patroni-cluster.ts'
import type { People } from './people.ts'

/** Where a drill happens: two copies of the product before three Postgres under Patroni. */
export interface Ground {
  readonly cluster: PatroniCluster
  readonly copies: readonly [Product, Product]
}

export interface Drill {
  /** What is broken, in the words of the table. */
  readonly broken: string
  /** Breaks it and waits until it is whole again; resolves to what took how long. */
  readonly run: (ground: Ground, people: People) => Promise<string>
}

const PATIENCE_MS = 240_000

export const DRILLS: readonly Drill[] = [
  {
    broken: "the leader's machine ends (kill -9 of Postgres, Patroni and etcd)",
    async run({ cluster }, people) {
      const gone = await cluster.leader()
      const began = performance.now()
      await cluster.kill(gone)
      await acceptanceAfter(people)
      const accepting = seconds(began)
      const next = await cluster.leader()
      cluster.boot(gone)
      await replicasAre(cluster, 2)
      return `${next} leads and guests are accepted after ${accepting}; ${gone} follows again after ${seconds(began)}`
    },
  },
  {
    broken: 'the network of the replica that writes wait for is cut for 30 s',
    async run({ cluster }, people) {
      const [cut = ''] = await cluster.replicas()
      const began = performance.now()
      await cluster.cut(cut)
      await acceptanceAfter(people)
      const accepting = seconds(began)
      await sleep(30_000)
      await cluster.mend(cut)
      await replicasAre(cluster, 2)
      return `guests are accepted after ${accepting}; ${cut} follows again after ${seconds(began)}`
    },
  },
  {
    broken: "the leader's disk is full for 30 s",
    async run({ cluster }, people) {
      const full = await cluster.leader()
      const began = performance.now()
      await cluster.fillDisk(full)
      // Patroni does not take that for a death: the leader may stay, and write nothing.
      await sleep(30_000)
      cluster.emptyDisk(full)
      const emptied = performance.now()
      await acceptanceAfter(people)
      const accepting = seconds(emptied)
      await replicasAre(cluster, 2)
      const leads = (await cluster.leader()) === full ? 'still leads' : 'leads no more'
      return `guests are accepted ${accepting} after there is room again; ${full} ${leads}; all follow after ${seconds(began)}`
    },
  },
  {
    broken: 'two copies of all roles are restarted, one after the other',
    async run({ copies }) {
      const took: string[] = []
      for (const copy of copies) {
        const began = performance.now()
        const { code } = await copy.stop()
        if (code !== 0) throw new Error(`it ended with ${code}:\n${copy.running().output()}`)
        await copy.start()
        took.push(seconds(began))
      }
      return `each was away for ${took.join(' and ')}`
    },
  },
]

/** A guest who comes from now on is let in: the database is written to. */
async function acceptanceAfter({ accepted }: People): Promise<void> {
  // One that was on its way when it broke says nothing.
  const before = accepted.length + 1
  await eventually('guests are accepted', () => accepted.length > before, PATIENCE_MS)
}

async function replicasAre(cluster: PatroniCluster, count: number): Promise<void> {
  await eventually(
    `${count} replicas follow`,
    async () => (await cluster.replicas()).length === count,
    PATIENCE_MS,
  )
}

function seconds(began: number): string {
  return `${((performance.now() - began) / 1000).toFixed(0)} s`
}
