import type { OidcSettings } from '#core/config.ts'
import { DEFAULT_CLAIMS, DEFAULT_SCOPES } from '#db/sign-in-providers.ts'
import type { SignInProvider } from '#db/sign-in-providers.ts'

/** The name of the provider that the environment gives, in the address of its callback. */
const ENVIRONMENT_NAME = 'sso'

export function providerOfEnvironment(oidc: OidcSettings | null): readonly SignInProvider[] {
  if (oidc === null) return []
  const label = new URL(oidc.issuer).hostname
  return [
    { ...oidc, name: ENVIRONMENT_NAME, label, scopes: DEFAULT_SCOPES, claims: DEFAULT_CLAIMS },
  ]
}
