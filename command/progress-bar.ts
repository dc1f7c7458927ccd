import type { Progress } from '#db/progress.ts'

const WIDTH = 30
/** To the line's beginning, and all of it away. */
const AWAY = '\r\u001b[K'

/** A bar where somebody looks at a terminal, nothing where the output goes into a file; `end` takes it away. */
export function createProgressBar(
  label: string,
  out: Pick<NodeJS.WriteStream, 'write' | 'isTTY'> = process.stderr,
): { readonly progress: Progress; readonly end: () => void } {
  let shown = -1
  return {
    progress(part) {
      const percent = Math.floor(Math.min(1, Math.max(0, part)) * 100)
      if (!out.isTTY || percent <= shown) return
      shown = percent
      const full = Math.round((percent / 100) * WIDTH)
      out.write(`\r${label} [${'#'.repeat(full)}${' '.repeat(WIDTH - full)}] ${percent} %`)
    },
    end() {
      if (shown >= 0) out.write(AWAY)
    },
  }
}
