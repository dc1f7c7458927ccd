import { loadLegalBases } from '../../legal-basis.ts'
import { loadOrganisation } from '../../organisation.ts'
import { loadTerms } from '../../terms.ts'
import { withNetworks } from './filters.ts'
import type { FilterAt } from './filters.ts'
import { fileNameOf, said } from './writing.ts'
import type { Said, Writing } from './writing.ts'

const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/svg+xml': 'svg',
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
}

/** Undefined: there is none yet. */
export async function writeOrganisation(
  { kysely, attach }: Writing,
  filterAt: FilterAt,
): Promise<Said | undefined> {
  const organisation = await loadOrganisation({ kysely })
  if (organisation === null) return undefined
  const { name, contact, colour, timezone, logo, privacy, accessibility } = organisation
  const filter = withNetworks(filterAt, {})
  return {
    ...{ name, contact, colour, timezone },
    ...said({
      logo: logo && attach(`logo.${EXTENSIONS[logo.type] ?? 'svg'}`, logo.type, logo.bytes),
      privacy: said({ ...privacy }),
      accessibility: said({
        contact: accessibility.contact,
        audit: accessibility.audit,
        not_accessible: accessibility.notAccessible,
      }),
    }),
    ...(filter === undefined ? {} : { filter }),
  }
}

/** Every version: people accepted the old ones. */
export async function writeTerms({ kysely, attach }: Writing): Promise<readonly Said[]> {
  const versions = await loadTerms({ kysely })
  return versions.toReversed().map(({ version, effective, texts }) => ({
    version,
    effective: effective.toISOString().slice(0, 10),
    text: Object.fromEntries(
      texts.map(({ language, markdown }) => [
        language,
        attach(
          `terms/${fileNameOf(version)}.${language}.md`,
          'text/markdown',
          Buffer.from(markdown),
        ),
      ]),
    ),
  }))
}

export async function writeLegalBases({ kysely }: Writing): Promise<readonly Said[]> {
  const bases = await loadLegalBases({ kysely })
  return bases.map(({ id, text, network, from, until }) => ({
    ...{ id, text },
    ...said({ network, from, until }),
  }))
}
