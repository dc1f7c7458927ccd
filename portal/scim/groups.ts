import type { Context, Handler } from 'hono'
import type { ScimGroupFilter, ScimGroupWish } from '#db/scim-groups.ts'
import type { Services } from '../services.ts'
import { scimAnswer, scimError, scimFault, scimNotFound } from './answer.ts'
import { groupResource, patchGroup, readGroup } from './group.ts'
import { listResource, scimBase } from './list-resource.ts'
import { readOperations } from './operations.ts'
import { isFault, readFilter, readJson, readPage } from './read.ts'
import { scimActorOf } from './require-token.ts'

const FILTERS: Readonly<Record<string, ScimGroupFilter['attribute']>> = {
  id: 'id',
  displayname: 'displayName',
  externalid: 'externalId',
}

export function listGroups(services: Services): Handler {
  return async function listGroupsHandler(c) {
    const query = new URL(c.req.url).searchParams
    const filter = readFilter(query, FILTERS)
    if (filter !== null && isFault(filter)) return scimFault(c, filter)
    const page = readPage(query)
    const { total, found } = await services.scim.groups.list(filter, page)
    const base = scimBase(services)
    return scimAnswer(
      c,
      listResource(
        total,
        page,
        found.map((group) => groupResource(group, base)),
      ),
    )
  }
}

export function getGroup(services: Services): Handler {
  return async function getGroupHandler(c) {
    const group = await services.scim.groups.find(c.req.param('id') ?? '')
    if (group === null) return scimNotFound(c)
    return scimAnswer(c, groupResource(group, scimBase(services)))
  }
}

export function createGroup(services: Services): Handler {
  return async function createGroupHandler(c) {
    const body = await readJson(c)
    const wish = isFault(body) ? body : readGroup(body)
    return isFault(wish) ? scimFault(c, wish) : write(c, services, null, wish)
  }
}

export function replaceGroup(services: Services): Handler {
  return async function replaceGroupHandler(c) {
    const body = await readJson(c)
    const wish = isFault(body) ? body : readGroup(body)
    return isFault(wish) ? scimFault(c, wish) : write(c, services, c.req.param('id') ?? '', wish)
  }
}

export function changeGroup(services: Services): Handler {
  return async function changeGroupHandler(c) {
    const body = await readJson(c)
    const operations = isFault(body) ? body : readOperations(body)
    if (isFault(operations)) return scimFault(c, operations)
    const group = await services.scim.groups.find(c.req.param('id') ?? '')
    if (group === null) return scimNotFound(c)
    const wish = patchGroup(group, operations)
    return isFault(wish) ? scimFault(c, wish) : write(c, services, group.id, wish)
  }
}

export function deleteGroup(services: Services): Handler {
  return async function deleteGroupHandler(c) {
    const isGone = await services.scim.groups.delete(c.req.param('id') ?? '', scimActorOf(c))
    return isGone ? c.body(null, 204) : scimNotFound(c)
  }
}

async function write(
  c: Context,
  services: Services,
  id: string | null,
  wish: ScimGroupWish,
): Promise<Response> {
  const written = await services.scim.groups.write(id, wish, scimActorOf(c))
  if (!written.ok) {
    if (written.reason === 'not-there') return scimNotFound(c)
    return scimError(c, 409, 'A group has this displayName already.', 'uniqueness')
  }
  const base = scimBase(services)
  if (id === null) c.header('Location', `${base}/Groups/${written.group.id}`)
  return scimAnswer(c, groupResource(written.group, base), id === null ? 201 : 200)
}
