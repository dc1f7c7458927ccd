import type { ScimPage } from '#db/scim-people.ts'
import type { Services } from '../services.ts'

export const SCIM_PATH = '/scim/v2'

export function scimBase({ publicUrl }: Pick<Services, 'publicUrl'>): string {
  return new URL(SCIM_PATH, publicUrl).href
}

/** RFC 7644 §3.4.2. */
export function listResource(
  total: number,
  { start }: Pick<ScimPage, 'start'>,
  resources: readonly object[],
): object {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: total,
    startIndex: start,
    itemsPerPage: resources.length,
    Resources: resources,
  }
}
