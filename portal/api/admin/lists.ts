import { z } from 'zod'
import {
  acceptHeldList,
  changeList,
  createList,
  findList,
  refreshList,
  removeList,
} from '#db/admin/lists.ts'
import type { AdminList } from '#db/admin/lists.ts'
import type { Outcome } from '#db/admin/outcome.ts'
import type { NewList } from '#db/list-changes.ts'
import { creditOf } from '#db/list-credit.ts'
import { listStates } from '#db/list-states.ts'
import type { ListState } from '#db/list-states.ts'
import { changesRoute, undoRoute } from './changes.ts'
import { BAD_CURSOR, cutPage, pageQuery, readPlace } from './page.ts'
import { adminRoute, problemOf } from './route.ts'
import type { AdminAnswer, AdminRoute } from './route.ts'
import { code, domain, network } from './schemas.ts'

const PATH = '/api/v1/lists'
const ONE = `${PATH}/{name}`

/** Nobody has our server look around in the house's own network, nor a password kept in the audit, by this way. */
const url = z
  .string()
  .max(2_000)
  .transform((text, context) => {
    const read = URL.parse(text)
    const isWeb = read?.protocol === 'http:' || read?.protocol === 'https:'
    if (isWeb && read.username === '' && read.password === '') return read.href
    context.addIssue('is not an https:// or http:// address without a password')
    return z.NEVER
  })
  .meta({ example: 'https://lists.example/adult.txt' })

const folder = z
  .string()
  .regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, dashes')
  .nullable()
  .default(null)
  .meta({ description: 'Of an archive, the one in which the list is; null: that of the category.' })

const names = z
  .array(domain)
  .min(1, 'names none')
  .max(5_000, 'names more than 5000: give a url')
  .meta({ description: 'Its domains, each with every name below it.' })

const networks = z.array(network).min(1, 'names none').max(2)

const from = { url: url.optional(), folder, names: names.optional() }

/** Of anything else a folder would be passed over without a word. */
const FOLDER = { path: ['folder'], error: 'is of a url: give both' }
function hasItsUrl({
  url,
  folder,
}: {
  readonly url?: string | undefined
  readonly folder: string | null
}): boolean {
  return folder === null || url !== undefined
}

const listWish = z
  .strictObject({
    ...{ name: code, category: code, networks: networks.default(['guest', 'staff']) },
    ...from,
  })
  .refine((wish) => (wish.url === undefined) !== (wish.names === undefined), {
    path: ['url'],
    error: 'or names must be given, not both',
  })
  .refine(hasItsUrl, FOLDER)

const listChange = z
  .strictObject({ category: code.optional(), networks: networks.optional(), ...from })
  .refine(
    ({ category, networks, url, names }) =>
      [category, networks, url, names].some((value) => value !== undefined),
    'changes nothing',
  )
  .refine(({ url, names }) => url === undefined || names === undefined, {
    path: ['url'],
    error: 'or names may be given, not both',
  })
  .refine(hasItsUrl, FOLDER)

/** What is blocked by lists is the whole house's: whoever may see its rules sees them, and who may write its rules changes them. */
export const LIST_ROUTES: readonly AdminRoute[] = [
  adminRoute({
    ...{ method: 'get', path: PATH, operationId: 'listLists', action: 'rules.read' },
    summary: 'Lists, by name: how many names, when each was fetched, and what is wrong',
    query: z.strictObject({ category: z.string().min(1).max(64).optional(), ...pageQuery }),
    answers: { status: 200, schema: 'Lists' },
    async run({ sql, query: { category = null, limit, cursor } }) {
      const place = cursor === undefined ? null : readPlace(cursor, [/^.{1,64}$/u])
      if (cursor !== undefined && place === null) return BAD_CURSOR
      const page = { category, after: place?.[0] ?? null, rows: limit + 1 }
      const { rows, next } = cutPage(await listStates({ sql }, page), limit, ({ name }) => [name])
      return { status: 200, body: { rows: rows.map(shown), next } }
    },
  }),
  adminRoute({
    ...{ method: 'post', path: PATH, operationId: 'createList', action: 'rules.write' },
    summary: 'Add a list that is fetched, or one of names; it counts once jobs have read it',
    description:
      'Zones that need a key, and lists in the house’s own network, are added by a command or a file.',
    body: listWish,
    answers: { status: 201, schema: 'List' },
    async run({ sql, body, caller, reason }) {
      const { name, category, networks } = body
      const wish = { name, category, blocks: networks, from: fromOf(body) ?? NOTHING }
      const made = await createList(sql, wish, { ...caller, reason })
      if (!made.ok) return problemOf(made.refusal)
      return { ...answerOf(made.value), status: 201, location: `${PATH}/${name}` }
    },
  }),
  changesRoute('list', { path: PATH, action: 'rules.read' }),
  undoRoute('list', { path: PATH, action: 'rules.write' }),
  adminRoute({
    ...{ method: 'get', path: ONE, operationId: 'readList', action: 'rules.read' },
    ...{ summary: 'One list', idSchema: code },
    answers: { status: 200, schema: 'List' },
    async run({ sql, id }) {
      const list = await findList(sql, id)
      return list === null ? problemOf('not-found') : answerOf(list)
    },
  }),
  adminRoute({
    ...{ method: 'patch', path: ONE, operationId: 'changeList', action: 'rules.write' },
    ...{ summary: 'Change what a list is of, or where it comes from', idSchema: code },
    ...{ body: listChange, ifMatch: 'required' },
    answers: { status: 200, schema: 'List' },
    async run({ sql, id, ifMatch, body, caller, reason }) {
      const { category, networks } = body
      const from = fromOf(body)
      const change = {
        ...(category === undefined ? {} : { category }),
        ...(networks === undefined ? {} : { blocks: networks }),
        ...(from === null ? {} : { from }),
      }
      return answer(await changeList(sql, id, ifMatch ?? '', change, { ...caller, reason }))
    },
  }),
  adminRoute({
    ...{ method: 'delete', path: ONE, operationId: 'removeList', action: 'rules.write' },
    ...{ summary: 'Take a list away', idSchema: code, ifMatch: 'required' },
    answers: { status: 204 },
    async run({ sql, id, ifMatch, caller, reason }) {
      const gone = await removeList(sql, id, ifMatch ?? '', { ...caller, reason })
      return gone.ok ? { status: 204 } : problemOf(gone.refusal)
    },
  }),
  adminRoute({
    ...{ method: 'post', path: `${ONE}/refresh`, operationId: 'refreshList' },
    ...{ action: 'rules.write', idSchema: code },
    summary: 'Have a list fetched now; how it went is read in the list',
    answers: { status: 200, schema: 'List' },
    async run({ sql, id, caller, reason }) {
      return answer(await refreshList(sql, id, { ...caller, reason }))
    },
  }),
  adminRoute({
    ...{ method: 'post', path: `${ONE}/accept`, operationId: 'acceptList' },
    ...{ action: 'rules.write', idSchema: code },
    summary:
      'Put the text of a list in force that was held back because half of its names are gone',
    description: 'By heldId, so that what is accepted is what was read.',
    body: z.strictObject({ heldId: z.string().regex(/^[0-9a-f]{24}$/, 'is not a heldId') }),
    answers: { status: 200, schema: 'List' },
    async run({ sql, id, body: { heldId }, caller, reason }) {
      return answer(await acceptHeldList(sql, id, heldId, { ...caller, reason }))
    },
  }),
]

const NOTHING = { text: new Uint8Array() }

function fromOf(body: {
  readonly url?: string | undefined
  readonly folder: string | null
  readonly names?: readonly string[] | undefined
}): NewList['from'] | null {
  const { url, folder, names } = body
  if (url !== undefined) return { url, folder, allowPrivate: false }
  return names === undefined ? null : { text: Buffer.from(`${names.join('\n')}\n`) }
}

function answer(outcome: Outcome<AdminList>): AdminAnswer {
  return outcome.ok ? answerOf(outcome.value) : problemOf(outcome.refusal)
}

function answerOf(list: AdminList): Extract<AdminAnswer, { body: object }> {
  return { status: 200, body: shown(list), etag: list.etag }
}

/** Without the lines that could not be read: they are a list's own text. An address may hold a password. */
function shown(list: ListState): object {
  const { name, category, blocks, madeBy, url, names, unusable, heldNames, heldId } = list
  const { triedAt, fetchedAt, changedAt, error } = list
  return {
    ...{ name, category, networks: blocks, declared: madeBy === 'declaration' },
    host: url !== null && URL.canParse(url) ? new URL(url).host : null,
    credit: creditOf(url),
    ...{ names: names ?? null, unusable: unusable ?? null, heldNames, heldId },
    ...{ triedAt, fetchedAt, changedAt, error },
  }
}
