import { createHash } from 'node:crypto'
import { contrastOf, readableOn } from '#core/contrast.ts'
import { loadOrganisation } from '../organisation.ts'
import type { Organisation } from '../organisation.ts'
import type { Change } from './difference.ts'
import type { Declaration } from './read.ts'
import type { StepContext, Step } from './step.ts'
import { NO_STEP, byKey, stepOf } from './step.ts'

export async function organisationStep({ kysely, declaration }: StepContext): Promise<Step> {
  const declared = declaration.organisation
  if (declared === undefined) return NO_STEP
  const present = await loadOrganisation({ kysely })
  const desired = organisationOf(declared)
  const { logo: _, ...columns } = rowOf(desired)
  const values = {
    ...columns,
    logo: desired.logo?.bytes ?? null,
    logo_type: desired.logo?.type ?? null,
  }
  const step = stepOf(
    {
      what: 'organisation',
      present: byKey(present === null ? [] : [rowOf(present)], () => ''),
      desired: byKey([rowOf(desired)], () => ''),
      complete: true,
    },
    {
      insert: () => kysely.insertInto('house.organisation').values(values).execute(),
      update: () => kysely.updateTable('house.organisation').set(values).execute(),
      remove: () => Promise.resolve(),
    },
  )
  if (present?.colour === desired.colour) return step
  return { ...step, changes: step.changes.map((change) => withColourNote(change, desired.colour)) }
}

const TEXT_CONTRAST = 4.5
const WHITE = '#ffffff'

/** The pages never show text that cannot be read (WCAG 1.4.3): who chose the colour is told. */
function withColourNote(change: Change, colour: string): Change {
  if (contrastOf(colour, WHITE) >= TEXT_CONTRAST) return change
  const shown = readableOn(WHITE, colour, TEXT_CONTRAST)
  const note = `${colour} is too pale for text: links are shown in ${shown}`
  return { ...change, details: [...change.details, note] }
}

function organisationOf(declared: NonNullable<Declaration['organisation']>): Organisation {
  const { privacy, accessibility } = declared
  return {
    ...{ name: declared.name, contact: declared.contact, colour: declared.colour },
    timezone: declared.timezone,
    logo: declared.logo,
    privacy: {
      controller: privacy.controller ?? null,
      contact: privacy.contact ?? null,
      dpo: privacy.dpo ?? null,
    },
    accessibility: {
      contact: accessibility.contact ?? null,
      audit: accessibility.audit ?? null,
      notAccessible: accessibility.not_accessible,
    },
  }
}

function rowOf({ privacy, accessibility, ...organisation }: Organisation) {
  const { name, contact, colour, timezone, logo } = organisation
  return {
    ...{ name, contact, colour, timezone },
    logo: logo === null ? null : createHash('sha256').update(logo.bytes).digest('hex').slice(0, 12),
    controller: privacy.controller,
    privacy_contact: privacy.contact,
    dpo: privacy.dpo,
    accessibility_contact: accessibility.contact,
    audit_by: accessibility.audit?.by ?? null,
    audit_on: accessibility.audit?.on ?? null,
    audit_percent: accessibility.audit?.percent ?? null,
    not_accessible: [...accessibility.notAccessible],
  }
}
