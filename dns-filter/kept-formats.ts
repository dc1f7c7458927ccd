import type { ListHead } from '#db/lists.ts'
import type { Rule } from '#db/rules.ts'
import type { SnapshotFormat } from '#db/snapshot.ts'
import type { FilteredPlaces } from './load-places.ts'

/**
 * How a box keeps what it needs to filter without the centre. A test holds each number to the shape that it
 * stands for: who changes the one raises the other, and says how a value of before becomes one of now.
 */
interface KeptFormats {
  readonly places: SnapshotFormat<FilteredPlaces>
  readonly rules: SnapshotFormat<readonly Rule[]>
  readonly lists: SnapshotFormat<readonly ListHead[]>
}

/** Format 1 had the same values; what differs is that a step of the database made it another. */
export const KEPT_FORMATS: KeptFormats = {
  places: { number: 2, fromBefore: (value) => value as FilteredPlaces },
  rules: { number: 2, fromBefore: (value) => value as readonly Rule[] },
  lists: { number: 2, fromBefore: (value) => value as readonly ListHead[] },
}
