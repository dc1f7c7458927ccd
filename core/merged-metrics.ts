/** What one process of several says, in the Prometheus text format. */
export interface ProcessMetrics {
  /** The value of the label `process`. */
  readonly process: string
  readonly text: string
}

interface Family {
  readonly about: string[]
  readonly samples: string[]
}

/**
 * One text of several processes: theirs with a label that tells them apart. A family may stand in a text
 * only once, so its samples are gathered from all.
 */
export function mergedMetrics(own: string, others: readonly ProcessMetrics[]): string {
  const families = new Map<string, Family>()
  gather(families, own, null)
  for (const { process, text } of others) gather(families, text, process)
  const lines = [...families.values()].flatMap(({ about, samples }) => [...about, ...samples])
  return `${lines.join('\n')}\n`
}

function gather(families: Map<string, Family>, text: string, process: string | null): void {
  let current: Family = { about: [], samples: [] }
  for (const line of text.split('\n')) {
    const name = /^# (?:HELP|TYPE) (\S+)/.exec(line)?.[1]
    if (name === undefined) {
      if (line !== '') current.samples.push(process === null ? line : labelled(line, process))
      continue
    }
    const known = families.get(name)
    current = known ?? { about: [], samples: [] }
    families.set(name, current)
    if (!current.about.includes(line)) current.about.push(line)
  }
}

/** `name 1` or `name{a="b"} 1`: a label's value may hold any character, its name and a brace none. */
function labelled(sample: string, process: string): string {
  const end = sample.search(/[{ ]/)
  const label = `process="${process}"`
  return sample[end] === '{'
    ? `${sample.slice(0, end)}{${label},${sample.slice(end + 1)}`
    : `${sample.slice(0, end)}{${label}}${sample.slice(end)}`
}
