import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../support/peers/process.ts'
import type { Drill, Ground } from './given.ts'
import { seconds } from './given.ts'
import type { PatroniCluster } from './patroni-cluster.ts'
import { PATRONI_PEERS } from './patroni-cluster.ts'
import type { People } from './people.ts'
import { underLoad } from './under-load.ts'

const PATIENCE_MS = 240_000

/** What is broken in the cluster of Postgres, before which the two copies stay as they are. */
export const CLUSTER_DRILLS: readonly Drill[] = [
  onCluster(
    'leader',
    "the leader's machine ends (kill -9 of Postgres, Patroni and etcd)",
    async ({ cluster }, people) => {
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
  ),
  onCluster(
    'replica',
    'the network of the replica that writes wait for is cut for 30 s',
    async ({ cluster }, people) => {
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
  ),
  onCluster('disk', "the leader's disk is full for 30 s", async ({ cluster }, people) => {
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
  }),
]

function onCluster(
  name: string,
  broken: string,
  breakIt: (ground: Ground, people: People) => Promise<string>,
): Drill {
  return {
    name,
    broken,
    peers: PATRONI_PEERS,
    async run(given) {
      const ground = await given.ground()
      const { copies, url, cluster } = ground
      const load = { run: given.run, servers: copies, accountants: copies, url }
      try {
        return await underLoad(load, (people) => breakIt(ground, people))
      } catch (thrown) {
        const said = ['pg1', 'pg2', 'pg3'].map(
          (machine) => `--- Patroni of ${machine}\n${cluster.said(machine).slice(-1500)}`,
        )
        throw new Error(said.join('\n'), { cause: thrown })
      }
    },
  }
}

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
