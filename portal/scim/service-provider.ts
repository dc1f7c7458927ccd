import type { Handler } from 'hono'
import type { Services } from '../services.ts'
import { scimAnswer } from './answer.ts'
import { GROUP_SCHEMA } from './group.ts'
import { SCIM_LIMITS } from './limits.ts'
import { listResource, scimBase } from './list-resource.ts'
import { USER_SCHEMA } from './user.ts'

const CORE = 'urn:ietf:params:scim:schemas:core:2.0'

/** `GET /scim/v2/ServiceProviderConfig` (RFC 7643 §5): what of SCIM there is here. */
export function serviceProviderConfig(services: Services): Handler {
  const no = { supported: false }
  return (c) =>
    scimAnswer(c, {
      schemas: [`${CORE}:ServiceProviderConfig`],
      patch: { supported: true },
      bulk: { ...no, maxOperations: 0, maxPayloadSize: 0 },
      filter: { supported: true, maxResults: SCIM_LIMITS.found },
      ...{ changePassword: no, sort: no, etag: no },
      authenticationSchemes: [
        {
          type: 'oauthbearertoken',
          name: 'Token of the API',
          description: 'Made by: npx accueil tokens create NAME --actor NAME --scope scim',
          specUri: 'https://www.rfc-editor.org/rfc/rfc6750',
          primary: true,
        },
      ],
      meta: {
        resourceType: 'ServiceProviderConfig',
        location: `${scimBase(services)}/ServiceProviderConfig`,
      },
    })
}

/** `GET /scim/v2/ResourceTypes` (RFC 7643 §6). */
export function resourceTypes(services: Services): Handler {
  return (c) => {
    const base = scimBase(services)
    const types = [
      ['User', USER_SCHEMA],
      ['Group', GROUP_SCHEMA],
    ].map(([name, schema]) => ({
      schemas: [`${CORE}:ResourceType`],
      ...{ id: name, name, endpoint: `/${name}s`, schema },
      meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/${name}` },
    }))
    return scimAnswer(c, listResource(types.length, { start: 1 }, types))
  }
}
