import type { Context, Handler } from 'hono'
import type { ScimUserFilter } from '#db/scim-people.ts'
import type { Services } from '../services.ts'
import { scimAnswer, scimError, scimFault, scimNotFound } from './answer.ts'
import { listResource, scimBase } from './list-resource.ts'
import { readOperations } from './operations.ts'
import { isFault, readFilter, readJson, readPage } from './read.ts'
import { scimActorOf } from './require-token.ts'
import { patchUser, readUser, userResource } from './user.ts'

const FILTERS: Readonly<Record<string, ScimUserFilter['attribute']>> = {
  id: 'id',
  username: 'userName',
  externalid: 'externalId',
  displayname: 'displayName',
  emails: 'mail',
  'emails.value': 'mail',
}

export function listUsers(services: Services): Handler {
  return async function listUsersHandler(c) {
    const query = new URL(c.req.url).searchParams
    const filter = readFilter(query, FILTERS)
    if (filter !== null && isFault(filter)) return scimFault(c, filter)
    const page = readPage(query)
    const { total, found } = await services.scim.users.list(filter, page)
    const base = scimBase(services)
    return scimAnswer(
      c,
      listResource(
        total,
        page,
        found.map((user) => userResource(user, base)),
      ),
    )
  }
}

export function getUser(services: Services): Handler {
  return async function getUserHandler(c) {
    const user = await services.scim.users.find(c.req.param('id') ?? '')
    if (user === null) return scimNotFound(c)
    return scimAnswer(c, userResource(user, scimBase(services)))
  }
}

export function createUser(services: Services): Handler {
  return async function createUserHandler(c) {
    const body = await readJson(c)
    const wish = isFault(body) ? body : readUser(body)
    if (isFault(wish)) return scimFault(c, wish)
    const user = await services.scim.users.create(wish, scimActorOf(c))
    if (user === null) return taken(c)
    const base = scimBase(services)
    c.header('Location', `${base}/Users/${user.id}`)
    return scimAnswer(c, userResource(user, base), 201)
  }
}

export function replaceUser(services: Services): Handler {
  return async function replaceUserHandler(c) {
    const body = await readJson(c)
    const wish = isFault(body) ? body : readUser(body)
    return isFault(wish) ? scimFault(c, wish) : write(c, services, wish)
  }
}

export function changeUser(services: Services): Handler {
  return async function changeUserHandler(c) {
    const body = await readJson(c)
    const operations = isFault(body) ? body : readOperations(body)
    if (isFault(operations)) return scimFault(c, operations)
    const user = await services.scim.users.find(c.req.param('id') ?? '')
    if (user === null) return scimNotFound(c)
    const wish = patchUser(user, operations)
    return isFault(wish) ? scimFault(c, wish) : write(c, services, wish)
  }
}

export function deleteUser(services: Services): Handler {
  return async function deleteUserHandler(c) {
    const isGone = await services.scim.users.delete(c.req.param('id') ?? '', scimActorOf(c))
    return isGone ? c.body(null, 204) : scimNotFound(c)
  }
}

async function write(
  c: Context,
  services: Services,
  wish: Parameters<Services['scim']['users']['replace']>[1],
): Promise<Response> {
  const id = c.req.param('id') ?? ''
  const written = await services.scim.users.replace(id, wish, scimActorOf(c))
  if (written.ok) return scimAnswer(c, userResource(written.user, scimBase(services)))
  return written.reason === 'taken' ? taken(c) : scimNotFound(c)
}

function taken(c: Context): Response {
  return scimError(c, 409, 'Somebody has this userName already.', 'uniqueness')
}
