/** Connections of a RADIUS process at most, beside one that listens and those of the journal. */
export const RADIUS_POOL = 8
