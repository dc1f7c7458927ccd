import { useApiToken } from '#db/api-tokens.ts'
import type { PartDeps } from '#db/part.ts'
import { deleteScimGroup, findScimGroup, listScimGroups, writeScimGroup } from '#db/scim-groups.ts'
import {
  createScimUser,
  deleteScimUser,
  findScimUser,
  listScimUsers,
  replaceScimUser,
} from '#db/scim-people.ts'
import type { AskDatabase } from '../ask-database.ts'
import type { ScimServices } from './services.ts'

/** Constructs what stands behind /scim/v2. */
export function createScim({ database, clock }: PartDeps, ask: AskDatabase): ScimServices {
  const by = (actor: string): { actor: string; at: Date } => ({ actor, at: new Date(clock()) })
  return {
    token: (digest) => ask(() => useApiToken(database, digest, 'scim')),
    users: {
      list: (filter, page) => ask(() => listScimUsers(database, filter, page)),
      find: (id) => ask(() => findScimUser(database, id)),
      create: (wish, actor) => ask(() => createScimUser(database, wish, by(actor))),
      replace: (id, wish, actor) => ask(() => replaceScimUser(database, id, wish, by(actor))),
      delete: (id, actor) => ask(() => deleteScimUser(database, id, by(actor))),
    },
    groups: {
      list: (filter, page) => ask(() => listScimGroups(database, filter, page)),
      find: (id) => ask(() => findScimGroup(database, id)),
      write: (id, wish, actor) => ask(() => writeScimGroup(database, id, wish, by(actor))),
      delete: (id, actor) => ask(() => deleteScimGroup(database, id, by(actor))),
    },
  }
}
