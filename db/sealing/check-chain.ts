import { FIRST_PREVIOUS, isKey, signatureFits, statementText } from './day-seal.ts'
import type { DaySeal } from './day-seal.ts'
import { hashOf } from './chain.ts'
import type { ChainLink } from './chain.ts'
import { nameOfChange, notesOn, problemsOfChanges, readReigns, whyNotTrusted } from './key-trust.ts'

export interface ChainCheck {
  /** By the day of the seal. */
  readonly seals: ReadonlyMap<string, readonly string[]>
  /** What is wrong with changes of the key. */
  readonly changes: readonly string[]
  /** What is in order, and must be known to weigh the rest. */
  readonly notes: readonly string[]
}

export interface ChainTrust {
  /** Public keys in PEM, by their name. */
  readonly keys: ReadonlyMap<string, string>
  /** The one that the checker has from elsewhere; null: those of the chain are believed. */
  readonly pinnedKey: string | null
  /** Only these days' signatures are looked at: a chain of a year is checked once, not once a day. */
  readonly days?: ReadonlySet<string>
  /** What is before the first link is not at hand. */
  readonly mayBeginLater?: boolean
}

/**
 * Checks each link and each signature, oldest first. A key that was given vouches for what came before
 * it, because its links lead there, and for what came after as long as each key handed over to the next.
 */
export function checkChain(chain: readonly ChainLink[], trust: ChainTrust): ChainCheck {
  const begins = trust.mayBeginLater === true ? 1 : 0
  const broken = chain.map((link, i) => i >= begins && previousOf(link) !== hashBefore(chain, i))
  const { reigns, reignOf } = readReigns(chain, trust.keys)
  const given = trust.pinnedKey
  const from = given === null ? -1 : reigns.findIndex(({ keyId }) => isKey(given, keyId))
  const changes = [...problemsOfChanges(reigns, from)]
  const seals = new Map<string, readonly string[]>()
  for (const [i, link] of chain.entries()) {
    const linkProblem = broken[i] === true ? [brokenAt(chain, i)] : []
    if (link.kind === 'change') {
      changes.push(...linkProblem)
      continue
    }
    const { seal } = link
    const problems: string[] = [...linkProblem]
    if (trust.days?.has(seal.day) ?? true) {
      problems.push(...sealProblems(seal, reigns[reignOf[i] ?? 0]?.keyId, trust))
      if (given !== null) {
        const why = whyNotTrusted(seal, { reigns, broken, from, reign: reignOf[i] ?? 0, at: i })
        if (why !== null) problems.push(why)
      }
    }
    seals.set(seal.day, [...(seals.get(seal.day) ?? []), ...problems])
  }
  return { seals, changes, notes: from < 0 ? [] : notesOn(reigns, from) }
}

function previousOf(link: ChainLink): string {
  return link.kind === 'seal' ? link.seal.previous : link.change.previous
}

function hashBefore(chain: readonly ChainLink[], i: number): string {
  const before = chain[i - 1]
  return before === undefined ? FIRST_PREVIOUS : hashOf(before)
}

function sealProblems(
  seal: DaySeal,
  inForce: string | undefined,
  { keys, pinnedKey }: ChainTrust,
): readonly string[] {
  const problems: string[] = []
  if (seal.keyId !== inForce) {
    problems.push(
      `the seal of ${seal.day} is signed with the key ${seal.keyId}, and ${inForce} was the one in force`,
    )
  }
  const given = pinnedKey !== null && isKey(pinnedKey, seal.keyId) ? pinnedKey : undefined
  const pem = given ?? keys.get(seal.keyId) ?? ''
  if (!isKey(pem, seal.keyId) || !signatureFits(pem, statementText(seal), seal.signature)) {
    problems.push(`the signature of the seal of ${seal.day} does not fit`)
  }
  return problems
}

function brokenAt(chain: readonly ChainLink[], i: number): string {
  const before = chain[i - 1]
  const link = chain[i]
  const here = link === undefined ? '' : nameOf(link)
  if (before === undefined) {
    const what = link?.kind === 'seal' ? `the seal of ${here}` : here
    return `${what} refers to an earlier one, which is missing`
  }
  return `the chain is broken between ${nameOf(before)} and ${here}: a seal there was changed, remade or taken out`
}

function nameOf(link: ChainLink): string {
  return link.kind === 'seal' ? link.seal.day : nameOfChange(link.change)
}
