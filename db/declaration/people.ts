import { ntHash } from '#core/nt-hash.ts'
import { hashPassword, verifyPassword } from '#core/password.ts'
import { ntHashContext } from '../accounts.ts'
import { loadTerms, textDigest } from '../terms.ts'
import type { Declaration } from './read.ts'
import type { StepContext, Step } from './step.ts'
import { NO_STEP, byKey, stepOf } from './step.ts'

/** A version that has taken effect stays as it was: people have accepted that very text. */
export async function termsStep(context: StepContext): Promise<Step> {
  const { kysely, declaration, now, problems } = context
  if (declaration.terms === undefined) return NO_STEP
  const versions = await loadTerms({ kysely })
  const present = versions.map(({ version, effective, texts }) => ({
    version,
    effective: effective.toISOString().slice(0, 10),
    texts: texts.map(({ language, sha256 }) => `${language} ${sha256}`).toSorted(),
  }))
  const desired = declaration.terms.map(({ version, effective, text }) => ({
    version,
    effective,
    texts: Object.entries(text)
      .map(([language, markdown]) => `${language} ${textDigest(markdown)}`)
      .toSorted(),
  }))
  for (const [i, row] of desired.entries()) {
    const known = present.find(({ version }) => version === row.version)
    const inForce = known !== undefined && Date.parse(known.effective) <= now
    if (!inForce || JSON.stringify(known) === JSON.stringify(row)) continue
    const origin = declaration.terms[i] && declaration.origins.get(declaration.terms[i])
    problems.push(
      `${origin} changes the terms "${row.version}" (${whatDiffers(known, row)}), in force since ${known.effective}: people have accepted that text; put it back as it was, and declare what is new as a version of its own, with another name and the day from which it counts`,
    )
  }
  const texts = new Map(declaration.terms.map(({ version, text }) => [version, text]))
  type Row = (typeof desired)[number]
  const writeTexts = async ({ version }: Row): Promise<void> => {
    await kysely.deleteFrom('house.terms_text').where('version', '=', version).execute()
    for (const [language, markdown] of Object.entries(texts.get(version) ?? {})) {
      const sha256 = textDigest(markdown)
      await kysely
        .insertInto('house.terms_text')
        .values({ version, language, markdown, sha256 })
        .execute()
    }
  }
  return stepOf(
    {
      what: 'terms',
      present: byKey(present, ({ version }) => version),
      desired: byKey(desired, ({ version }) => version),
      complete: false,
    },
    {
      async insert(row) {
        const { version, effective } = row
        await kysely.insertInto('house.terms').values({ version, effective }).execute()
        await writeTexts(row)
      },
      async update(row) {
        const { version, effective } = row
        // Before it takes effect, which may be now: from then on the database takes no other text.
        await writeTexts(row)
        await kysely
          .updateTable('house.terms')
          .set({ effective, declared: true })
          .where('version', '=', version)
          .execute()
      },
      remove: () => Promise.resolve(),
    },
  )
}

interface DeclaredTerms {
  readonly effective: string
  /** Language and SHA-256 of each text. */
  readonly texts: readonly string[]
}

function whatDiffers(known: DeclaredTerms, declared: DeclaredTerms): string {
  const texts = new Set(known.texts).symmetricDifference(new Set(declared.texts))
  const languages = new Set([...texts].map((text) => text.split(' ')[0] ?? ''))
  return [
    ...(known.effective === declared.effective ? [] : ['its date']),
    ...[...languages].map((language) => `the text in "${language}"`),
  ].join(', ')
}

type DeclaredPassword = NonNullable<Declaration['accounts']>[number]['password']

/** The same password gives another hash each time: one that still fits stays. */
async function hashOf(password: DeclaredPassword, known: string | undefined): Promise<string> {
  if (typeof password !== 'string') return password.argon2id
  const fits = known !== undefined && (await verifyPassword(known, password))
  return fits ? known : hashPassword(password)
}

function hexNtHash(password: string): string {
  return Buffer.from(ntHash(password)).toString('hex')
}

export async function accountStep({ kysely, declaration, seal }: StepContext): Promise<Step> {
  if (declaration.accounts === undefined) return NO_STEP
  const rows = await kysely.selectFrom('staff.account').selectAll().execute()
  // Sealed again it would be another text each time: what still holds the same stays.
  const sealedNtHash = (username: string, hash: string, before: string | null): string => {
    const context = ntHashContext(username)
    const opened = before === null ? null : seal.open(before, context)
    const isSame = opened !== null && Buffer.from(opened).toString('utf8') === hash
    return before !== null && isSame ? before : seal.seal(hash, context)
  }
  const present = byKey(rows, ({ username }) => username)
  const desired: typeof rows = []
  for (const { username, password, groups, mschap } of declaration.accounts) {
    const row = present.get(username)
    const password_hash = await hashOf(password, row?.password_hash)
    const nt = typeof password === 'string' ? hexNtHash(password) : password.nt
    const nt_hash = mschap && nt ? sealedNtHash(username, nt, row?.nt_hash ?? null) : null
    desired.push({ username, password_hash, groups, nt_hash })
  }
  return stepOf(
    {
      what: 'account',
      present,
      desired: byKey(desired, ({ username }) => username),
      complete: true,
      hidden: ['password_hash', 'nt_hash'],
    },
    {
      insert: (row) => kysely.insertInto('staff.account').values(row).execute(),
      update: (row) =>
        kysely.updateTable('staff.account').set(row).where('username', '=', row.username).execute(),
      remove: ({ username }) =>
        kysely.deleteFrom('staff.account').where('username', '=', username).execute(),
    },
  )
}
