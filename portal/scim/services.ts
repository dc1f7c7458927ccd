import type { TokenUse } from '#db/api-tokens.ts'
import type {
  ScimGroup,
  ScimGroupFilter,
  ScimGroupWish,
  ScimGroupWritten,
} from '#db/scim-groups.ts'
import type {
  ScimList,
  ScimPage,
  ScimUser,
  ScimUserFilter,
  ScimUserWish,
  ScimWritten,
} from '#db/scim-people.ts'

/** What SCIM asks of the database; each rejects when the answer takes too long. */
export interface ScimServices {
  token(digest: Uint8Array): Promise<TokenUse>
  readonly users: {
    list(filter: ScimUserFilter | null, page: ScimPage): Promise<ScimList<ScimUser>>
    find(id: string): Promise<ScimUser | null>
    create(wish: ScimUserWish, actor: string): Promise<ScimUser | null>
    replace(id: string, wish: ScimUserWish, actor: string): Promise<ScimWritten>
    delete(id: string, actor: string): Promise<boolean>
  }
  readonly groups: {
    list(filter: ScimGroupFilter | null, page: ScimPage): Promise<ScimList<ScimGroup>>
    find(id: string): Promise<ScimGroup | null>
    write(id: string | null, wish: ScimGroupWish, actor: string): Promise<ScimGroupWritten>
    delete(id: string, actor: string): Promise<boolean>
  }
}
