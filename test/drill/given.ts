import type { Product } from '../support/peers/product.ts'
import type { RunFolder } from '../support/peers/run-folder.ts'
import type { PatroniCluster } from './patroni-cluster.ts'
import type { Felt, Kind } from './people.ts'

/** Two copies of the product before three Postgres under Patroni; started once for all drills that want it. */
export interface Ground {
  readonly cluster: PatroniCluster
  readonly copies: readonly [Product, Product]
  /** Of the database, as its owner. */
  readonly url: string
  /** What any further process of the same house must be told. */
  readonly env: Readonly<Record<string, string>>
}

export interface Given {
  readonly folder: RunFolder
  /** Different for each drill: no two share a device. */
  readonly run: number
  ground(): Promise<Ground>
}

/** One line of the table. */
export interface Report {
  /** What took how long. */
  readonly took: string
  readonly felt: Readonly<Partial<Record<Kind, Felt>>>
  readonly acknowledged: number
  /** What of that is not there. */
  readonly lost: readonly string[]
  /** Sessions that the log has in more than one row. */
  readonly split: readonly string[]
  /** Of whom nobody may be turned away in this drill. */
  readonly throughout: readonly Kind[]
}

export interface Drill {
  /** On the command line. */
  readonly name: string
  /** What is broken, in the words of the table. */
  readonly broken: string
  /** Programs that must be there, with the Debian package they come in. */
  readonly peers: readonly (readonly [program: string, packageName: string])[]
  /** Breaks it under load and waits until it is whole again. */
  readonly run: (given: Given) => Promise<Report>
}

export function seconds(began: number): string {
  return `${((performance.now() - began) / 1000).toFixed(0)} s`
}
