/** Milliseconds since the Unix epoch. Passed in, so that a test can stand at any instant. */
export type Clock = () => number

export const systemClock: Clock = () => Date.now()
