import { CLUSTER_DRILLS } from './cluster-drills.ts'
import type { Drill } from './given.ts'
import { rolling } from './rolling.ts'
import { upgrade } from './upgrade.ts'

/** In the order in which they are run: those that share the cluster first. */
export const DRILLS: readonly Drill[] = [...CLUSTER_DRILLS, rolling, upgrade]
