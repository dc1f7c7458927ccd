import { loadLegalBases, overlap } from '../legal-basis.ts'
import type { LegalBasis } from '../legal-basis.ts'
import type { StepContext, Step } from './step.ts'
import { NO_STEP, byKey, stepOf } from './step.ts'

/**
 * Bases are added, and ended or corrected; one that is no longer declared stays, because rows of the
 * log name it. So what is declared must fit with what was declared before.
 */
export async function legalStep({ kysely, declaration, problems }: StepContext): Promise<Step> {
  if (declaration.legal === undefined) return NO_STEP
  const bases = await loadLegalBases({ kysely })
  const declared = declaration.legal.map((basis) => ({
    ...basis,
    network: basis.network ?? null,
    until: basis.until ?? null,
  }))
  for (const [i, basis] of declared.entries()) {
    const other = bases.find(
      (old) => !declared.some(({ id }) => id === old.id) && overlap(old, basis),
    )
    if (other === undefined) continue
    const origin = declaration.legal[i] && declaration.origins.get(declaration.legal[i])
    const end = other.until === null ? 'has no end' : `ends on ${other.until}`
    problems.push(
      `${origin} "${basis.id}" is in force at the same time as "${other.id}" of an earlier declaration, which ${end}; declare that too`,
    )
  }
  return stepOf(
    {
      what: 'legal basis',
      present: byKey(bases.map(rowOf), ({ id }) => id),
      desired: byKey(declared.map(rowOf), ({ id }) => id),
      complete: false,
    },
    {
      insert: (row) => kysely.insertInto('house.legal_basis').values(row).execute(),
      update: (row) =>
        kysely.updateTable('house.legal_basis').set(row).where('id', '=', row.id).execute(),
      remove: () => Promise.resolve(),
    },
  )
}

function rowOf({ id, text, network, from, until }: LegalBasis) {
  return { id, text, network, starts_on: from, ends_on: until }
}
