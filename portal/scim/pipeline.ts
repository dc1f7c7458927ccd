import type { Hono } from 'hono'
import type { Services } from '../services.ts'
import { scimError, scimNotFound } from './answer.ts'
import {
  changeGroup,
  createGroup,
  deleteGroup,
  getGroup,
  listGroups,
  replaceGroup,
} from './groups.ts'
import { SCIM_PATH } from './list-resource.ts'
import { requireScimToken } from './require-token.ts'
import { resourceTypes, serviceProviderConfig } from './service-provider.ts'
import { changeUser, createUser, deleteUser, getUser, listUsers, replaceUser } from './users.ts'

/** SCIM 2.0 (RFC 7644), by which an identity provider tells who is there and who has left. */
export function scimPipeline(app: Hono, services: Services): void {
  // First: nothing is said to who shows no token, not even what there is.
  app.use(`${SCIM_PATH}/*`, requireScimToken(services))

  app.get(`${SCIM_PATH}/ServiceProviderConfig`, serviceProviderConfig(services))
  app.get(`${SCIM_PATH}/ResourceTypes`, resourceTypes(services))
  app.get(`${SCIM_PATH}/Users`, listUsers(services))
  app.post(`${SCIM_PATH}/Users`, createUser(services))
  app.get(`${SCIM_PATH}/Users/:id`, getUser(services))
  app.put(`${SCIM_PATH}/Users/:id`, replaceUser(services))
  app.patch(`${SCIM_PATH}/Users/:id`, changeUser(services))
  app.delete(`${SCIM_PATH}/Users/:id`, deleteUser(services))
  app.get(`${SCIM_PATH}/Groups`, listGroups(services))
  app.post(`${SCIM_PATH}/Groups`, createGroup(services))
  app.get(`${SCIM_PATH}/Groups/:id`, getGroup(services))
  app.put(`${SCIM_PATH}/Groups/:id`, replaceGroup(services))
  app.patch(`${SCIM_PATH}/Groups/:id`, changeGroup(services))
  app.delete(`${SCIM_PATH}/Groups/:id`, deleteGroup(services))
  // RFC 7644 §3.12: what there is not is said so, and not by a page.
  app.all(`${SCIM_PATH}/Bulk`, (c) => scimError(c, 501, 'There are no bulk operations here.'))
  app.all(`${SCIM_PATH}/*`, scimNotFound)
}
