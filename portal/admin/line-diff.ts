/** A line of two texts laid side by side: in both, only in the old one, only in the new one. */
export interface DiffLine {
  readonly sign: ' ' | '-' | '+'
  readonly line: string
}

/** Beyond so many lines all of the old text is shown as gone and all of the new one as new. */
export const MOST_DIFF_LINES = 1_000

/** The fewest lines taken out and put in that make `after` of `before`. */
export function lineDiff(before: string, after: string): readonly DiffLine[] {
  const old = linesOf(before)
  const now = linesOf(after)
  const all = (sign: '-' | '+', lines: readonly string[]): DiffLine[] =>
    lines.map((line) => ({ sign, line }))
  if (old.length > MOST_DIFF_LINES || now.length > MOST_DIFF_LINES) {
    return [...all('-', old), ...all('+', now)]
  }
  const common = commonLengths(old, now)
  const width = now.length + 1
  const lines: DiffLine[] = []
  let [i, j] = [0, 0]
  while (i < old.length && j < now.length) {
    const [gone = '', come = ''] = [old[i], now[j]]
    if (gone === come) {
      lines.push({ sign: ' ', line: gone })
      ;[i, j] = [i + 1, j + 1]
    } else if ((common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0)) {
      lines.push({ sign: '-', line: gone })
      i += 1
    } else {
      lines.push({ sign: '+', line: come })
      j += 1
    }
  }
  return [...lines, ...all('-', old.slice(i)), ...all('+', now.slice(j))]
}

/** For each place in both texts, how many lines the rests have in common. */
function commonLengths(old: readonly string[], now: readonly string[]): Uint16Array {
  const width = now.length + 1
  const common = new Uint16Array((old.length + 1) * width)
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = now.length - 1; j >= 0; j -= 1) {
      common[i * width + j] =
        old[i] === now[j]
          ? (common[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(common[(i + 1) * width + j] ?? 0, common[i * width + j + 1] ?? 0)
    }
  }
  return common
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n')
}
