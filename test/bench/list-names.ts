import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** Real names of a real list: disposable-email-domains, MIT. */
export function realNames(): readonly string[] {
  const file = createRequire(import.meta.url).resolve('disposable-email-domains')
  return JSON.parse(readFileSync(file, 'utf8')) as readonly string[]
}

/**
 * As many names as asked for, the same in every run: the real ones first, then others of their labels, so
 * that lengths, letters and endings are those of lists. As the text of a list, one name a line.
 */
export function listOfNames(count: number, seed = 1): Buffer {
  const real = realNames()
  const random = numbers(seed)
  const lines: string[] = []
  for (let i = 0; i < count; i++) {
    const name = real[i]
    if (name !== undefined) {
      lines.push(name)
      continue
    }
    const [label = 'a'] = (real[random() % real.length] ?? '').split('.')
    const other = real[random() % real.length] ?? 'example.com'
    // The number makes it another name, and the other one gives it its ending.
    lines.push(`${label}${i.toString(36)}.${other.slice(other.indexOf('.') + 1)}`)
  }
  return Buffer.from(`${lines.join('\n')}\n`)
}

/** Xorshift of 32 bits. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}
