/** Told how far a long work has come, from 0 to 1, as often as it likes. */
export type Progress = (part: number) => void

/** One stretch of a longer work, `from` and `to` of the whole. */
export function stretch(progress: Progress, from: number, to: number): Progress {
  return (part) => progress(from + Math.min(1, Math.max(0, part)) * (to - from))
}

/** For who waits for nothing. */
export const unheard: Progress = () => {}
