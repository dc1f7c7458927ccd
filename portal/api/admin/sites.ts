import { z } from 'zod'
import { changeSite, createSite, findSite, listSites } from '#db/admin/sites.ts'
import type { AdminSite } from '#db/admin/sites.ts'
import { changesRoute, undoRoute } from './changes.ts'
import { BAD_CURSOR, cutPage, pageQuery, readPlace } from './page.ts'
import { adminRoute, problemOf } from './route.ts'
import type { AdminAnswer, AdminRoute } from './route.ts'
import { code, line, postalAddress, search, timezone } from './schemas.ts'

const PATH = '/api/v1/sites'
const CODE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

const siteWish = z.strictObject({
  code,
  name: line,
  association: code,
  timezone: timezone.optional().meta({ description: 'Absent: that of the organisation.' }),
  postalAddress: postalAddress.nullable().default(null),
})

const siteChange = z
  .strictObject({
    name: line.optional(),
    association: code.optional(),
    timezone: timezone.optional(),
    postalAddress: postalAddress.nullable().optional(),
  })
  .refine((change) => Object.keys(change).length > 0, 'changes nothing')

export const SITE_ROUTES: readonly AdminRoute[] = [
  adminRoute({
    ...{ method: 'get', path: PATH, operationId: 'listSites', action: 'sites.read' },
    summary: 'Places, by code',
    query: z.strictObject({
      q: search.optional().meta({ description: 'A part of the name or the code.' }),
      association: code.optional(),
      ...pageQuery,
    }),
    answers: { status: 200, schema: 'Sites' },
    async run({ sql, query: { q = null, association = null, limit, cursor } }) {
      const place = cursor === undefined ? null : readPlace(cursor, [CODE])
      if (cursor !== undefined && place === null) return BAD_CURSOR
      const page = { after: place?.[0] ?? null, rows: limit + 1 }
      const found = await listSites(sql, { q, association }, page)
      const { rows, next } = cutPage(found, limit, (site) => [site.code])
      return { status: 200, body: { rows: rows.map(withoutEtag), next } }
    },
  }),
  adminRoute({
    ...{ method: 'post', path: PATH, operationId: 'createSite', action: 'sites.write' },
    summary: 'Add a place',
    body: siteWish,
    answers: { status: 201, schema: 'Site' },
    async run({ sql, services, body, caller, reason }) {
      const { timezone = services.house().zone } = body
      const made = await createSite(sql, { ...body, timezone }, { ...caller, reason })
      if (!made.ok) return problemOf(made.refusal)
      return { ...answerOf(made.value), status: 201, location: `${PATH}/${made.value.code}` }
    },
  }),
  changesRoute('site', { path: PATH, action: 'sites.read' }),
  undoRoute('site', { path: PATH, action: 'sites.write' }),
  adminRoute({
    ...{ method: 'get', path: `${PATH}/{code}`, operationId: 'readSite', action: 'sites.read' },
    ...{ summary: 'One place', idSchema: code },
    answers: { status: 200, schema: 'Site' },
    async run({ sql, id }) {
      const site = await findSite(sql, id)
      return site === null ? problemOf('not-found') : answerOf(site)
    },
  }),
  adminRoute({
    ...{ method: 'patch', path: `${PATH}/{code}`, operationId: 'changeSite' },
    ...{ action: 'sites.write', idSchema: code, ifMatch: 'required' },
    summary: 'Rename a place, say where it is, move it to another association or time zone',
    body: siteChange,
    answers: { status: 200, schema: 'Site' },
    async run({ sql, id, ifMatch, body, caller, reason }) {
      const { name, association, timezone, postalAddress } = body
      const change = {
        ...(name === undefined ? {} : { name }),
        ...(association === undefined ? {} : { association }),
        ...(timezone === undefined ? {} : { timezone }),
        ...(postalAddress === undefined ? {} : { postalAddress }),
      }
      const changed = await changeSite(sql, id, ifMatch ?? '', change, { ...caller, reason })
      return changed.ok ? answerOf(changed.value) : problemOf(changed.refusal)
    },
  }),
]

function answerOf(site: AdminSite): Extract<AdminAnswer, { body: object }> {
  return { status: 200, body: withoutEtag(site), etag: site.etag }
}

function withoutEtag({ etag: _, ...site }: AdminSite): object {
  return site
}
