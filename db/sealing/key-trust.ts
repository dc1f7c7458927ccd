import type { ChainLink } from './chain.ts'
import type { DaySeal } from './day-seal.ts'
import { passageOf } from './key-change.ts'
import type { KeyChange, Passage } from './key-change.ts'

/** One key's reign: from the change that brought it to the next one. */
export interface Reign {
  readonly keyId: string
  /** Null for the first. */
  readonly by: { change: KeyChange; passage: Passage; at: number } | null
}

/** The reigns in their order, and for each link in which of them it stands. */
export function readReigns(
  chain: readonly ChainLink[],
  keys: ReadonlyMap<string, string>,
): { reigns: readonly Reign[]; reignOf: readonly number[] } {
  const [first] = chain
  if (first === undefined) return { reigns: [], reignOf: [] }
  const keyId = first.kind === 'seal' ? first.seal.keyId : first.change.from
  const reigns: Reign[] = [{ keyId, by: null }]
  const reignOf = chain.map((link, at) => {
    if (link.kind === 'change') {
      const { change } = link
      reigns.push({ keyId: change.to, by: { change, passage: passageOf(change, keys), at } })
    }
    return reigns.length - 1
  })
  return { reigns, reignOf }
}

/** `from`: the reign of the key that was given, negative when none was or it has none. */
export function problemsOfChanges(reigns: readonly Reign[], from: number): readonly string[] {
  return reigns.flatMap(({ keyId, by }, i) => {
    if (by === null) return []
    const { change, passage } = by
    const problems = [...changeProblems(change, passage, reigns[i - 1]?.keyId)]
    if (passage === 'break' && i > from) {
      problems.push(
        `${breakText(change)}; only who has ${keyId} from elsewhere can believe what follows, and checks with --key`,
      )
    }
    return problems
  })
}

function changeProblems(
  change: KeyChange,
  passage: Passage,
  inForce: string | undefined,
): readonly string[] {
  const what = nameOfChange(change)
  return [
    ...(passage === 'forged' ? [`${what} was forged: its signatures do not fit`] : []),
    ...(change.from === inForce ? [] : [`${what} takes the place of a key that was not in force`]),
  ]
}

/** Null: the key that was given vouches for the one that signed. */
export function whyNotTrusted(
  seal: DaySeal,
  where: {
    readonly reigns: readonly Reign[]
    readonly broken: readonly boolean[]
    /** The reign of the key given; negative when it has none. */
    readonly from: number
    readonly reign: number
    readonly at: number
  },
): string | null {
  const { reigns, broken, from, reign, at } = where
  if (from < 0) {
    return `the seal of ${seal.day} names the key ${seal.keyId}, which is not the one given`
  }
  if (reign > from) {
    const handed = reigns
      .slice(from + 1, reign + 1)
      .every(({ by }) => by?.passage === 'handed-over')
    return handed
      ? null
      : `the seal of ${seal.day} is signed with the key ${seal.keyId}, to which the key given did not hand over`
  }
  if (reign === from) return null
  const by = reigns[from]?.by ?? null
  const whole =
    by !== null && by.passage !== 'forged' && !broken.slice(at + 1, by.at + 1).includes(true)
  return whole
    ? null
    : `the seal of ${seal.day} is older than the key given, and no unbroken chain leads from it to that key`
}

export function nameOfChange({ from, to, at }: KeyChange): string {
  return `the change of the key ${from} to ${to} of ${at.toISOString()}`
}

function breakText(change: KeyChange): string {
  return `break: ${nameOfChange(change)} is not signed by the old one (${change.reason ?? 'no reason'})`
}

/** How the key that was given stands to the others. */
export function notesOn(reigns: readonly Reign[], from: number): readonly string[] {
  return reigns.flatMap(({ by }, i) => {
    if (by === null) return []
    const when = by.change.at.toISOString()
    if (i > from) {
      return by.passage === 'handed-over'
        ? [`the key ${by.change.from} handed over to ${by.change.to} on ${when}, and signed that`]
        : []
    }
    return by.passage === 'break'
      ? [
          `${breakText(by.change)}; what was sealed before stands by the chain that ${by.change.to} signed`,
        ]
      : [
          `the key ${by.change.to} took over from ${by.change.from} on ${when}, and signed the chain up to then`,
        ]
  })
}
