import { certificate } from './certificate.ts'
import { clock } from './clock.ts'
import { CLUSTER_DRILLS } from './cluster-drills.ts'
import { cutOff } from './cut-off.ts'
import { directory } from './directory.ts'
import type { Drill } from './given.ts'
import { restore } from './restore.ts'
import { rolling } from './rolling.ts'
import { upgrade } from './upgrade.ts'

/** In the order in which they are run: those that share the cluster first. */
export const DRILLS: readonly Drill[] = [
  ...CLUSTER_DRILLS,
  rolling,
  upgrade,
  cutOff,
  directory,
  clock,
  certificate,
  restore,
]
