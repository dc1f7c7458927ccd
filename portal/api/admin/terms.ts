import { z } from 'zod'
import { changeTerms, createTerms, removeTerms } from '#db/admin/term-changes.ts'
import { findTerms, listTerms } from '#db/admin/terms.ts'
import type { AdminTerms, WholeTerms } from '#db/admin/terms.ts'
import { changesRoute, undoRoute } from './changes.ts'
import { BAD_CURSOR, cutPage, pageQuery, readPlace } from './page.ts'
import { adminRoute, problemOf } from './route.ts'
import type { AdminAnswer, AdminRoute } from './route.ts'
import { code, day, languageCode, markdown } from './schemas.ts'

const PATH = '/api/v1/terms'

const texts = z.record(languageCode, markdown)

/** What guests accept: of the whole house, for whoever administers it or a part of it to read. */
export const TERMS_ROUTES: readonly AdminRoute[] = [
  adminRoute({
    ...{ method: 'get', path: PATH, operationId: 'listTerms', action: 'terms.read' },
    summary: 'Versions of the terms, the newest first, and how many accepted each',
    query: z.strictObject(pageQuery),
    answers: { status: 200, schema: 'TermsVersions' },
    async run({ sql, query: { limit, cursor } }) {
      const place =
        cursor === undefined ? null : readPlace(cursor, [/^\d{4,}-\d{2}-\d{2}$/, /^.{1,64}$/])
      if (cursor !== undefined && place === null) return BAD_CURSOR
      const [effective = '', version = ''] = place ?? []
      const after = place === null ? null : { effective, version }
      const found = await listTerms(sql, { after, rows: limit + 1 })
      const { rows, next } = cutPage(found, limit, (row) => [row.effective, row.version])
      return { status: 200, body: { rows: rows.map(withoutEtag), next } }
    },
  }),
  adminRoute({
    ...{ method: 'post', path: PATH, operationId: 'draftTerms', action: 'terms.write' },
    summary: 'Draft a version that counts from a day to come',
    body: z.strictObject({
      ...{ version: code, effective: day },
      texts: texts.refine((all) => Object.keys(all).length > 0, 'has no language in it'),
    }),
    answers: { status: 201, schema: 'Terms' },
    async run({ sql, body, caller, reason }) {
      const made = await createTerms(sql, body, { ...caller, reason })
      if (!made.ok) return problemOf(made.refusal)
      return { ...answerOf(made.value), status: 201, location: `${PATH}/${made.value.version}` }
    },
  }),
  changesRoute('terms', { path: PATH, action: 'terms.read' }),
  undoRoute('terms', { path: PATH, action: 'terms.write' }),
  adminRoute({
    ...{ method: 'get', path: `${PATH}/{version}`, operationId: 'readTerms', action: 'terms.read' },
    ...{ summary: 'One version with its texts', idSchema: code },
    answers: { status: 200, schema: 'Terms' },
    async run({ sql, id }) {
      const found = await findTerms(sql, id)
      return found === null ? problemOf('not-found') : answerOf(found)
    },
  }),
  adminRoute({
    ...{ method: 'patch', path: `${PATH}/{version}`, operationId: 'changeTerms' },
    ...{ action: 'terms.write', idSchema: code, ifMatch: 'required' },
    summary: 'Change the day or the texts of a version that is to come; a text that is null goes',
    body: z
      .strictObject({
        effective: day.optional(),
        texts: z.record(languageCode, markdown.nullable()).default({}),
      })
      .refine(
        (change) => change.effective !== undefined || Object.keys(change.texts).length > 0,
        'changes nothing',
      ),
    answers: { status: 200, schema: 'Terms' },
    async run({ sql, id, ifMatch, body: { effective, texts }, caller, reason }) {
      const change = { texts, ...(effective === undefined ? {} : { effective }) }
      const changed = await changeTerms(sql, id, ifMatch ?? '', change, { ...caller, reason })
      return changed.ok ? answerOf(changed.value) : problemOf(changed.refusal)
    },
  }),
  adminRoute({
    ...{ method: 'delete', path: `${PATH}/{version}`, operationId: 'removeTerms' },
    ...{ action: 'terms.write', idSchema: code, ifMatch: 'required' },
    summary: 'Take a draft away that is still to come',
    answers: { status: 204 },
    async run({ sql, id, ifMatch, caller, reason }) {
      const gone = await removeTerms(sql, id, ifMatch ?? '', { ...caller, reason })
      if (!gone.ok) return problemOf(gone.refusal)
      return { status: 204, declared: gone.value.declared }
    },
  }),
]

function answerOf(terms: WholeTerms): Extract<AdminAnswer, { body: object }> {
  return { status: 200, body: withoutEtag(terms), etag: terms.etag }
}

function withoutEtag({ etag: _, ...terms }: AdminTerms): object {
  return terms
}
