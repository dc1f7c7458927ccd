import { createRemoteJWKSet, customFetch as joseFetch, jwtVerify } from 'jose'
import type { JWTVerifyGetKey } from 'jose'
import * as client from 'openid-client'
import type { Clock } from '#core/clock.ts'
import type { SignInProvider } from '#db/sign-in-providers.ts'
import { boundedFetch } from './bounded-fetch.ts'
import { OIDC_LIMITS } from './limits.ts'

/** An identity provider as it described itself, ready to be asked. */
export interface Discovered {
  readonly configuration: client.Configuration
  readonly keys: JWTVerifyGetKey
}

/** One declared provider, with what is remembered of it. */
export interface ProviderConnection {
  readonly settings: SignInProvider
  /** Rejects when it does not answer and never did. */
  discovered(): Promise<Discovered>
}

/** No ID token is signed by a secret that both know, or not at all. */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
]

export function connectProvider(settings: SignInProvider, clock: Clock): ProviderConnection {
  let known: { readonly value: Discovered; readonly at: number } | null = null
  let failed: { readonly thrown: unknown; readonly at: number } | null = null
  let asking: Promise<Discovered> | null = null

  function ask(): Promise<Discovered> {
    asking ??= discover(settings)
      .then((value) => {
        known = { value, at: clock() }
        failed = null
        return value
      })
      .catch((thrown: unknown) => {
        failed = { thrown, at: clock() }
        throw thrown
      })
      .finally(() => {
        asking = null
      })
    return asking
  }

  return {
    settings,
    async discovered() {
      const isPaused = failed !== null && clock() - failed.at < OIDC_LIMITS.pauseMs
      if (known !== null) {
        const isOld = clock() - known.at > OIDC_LIMITS.discoveryMs
        // Nobody waits for what is only to be refreshed.
        if (isOld && !isPaused) ask().catch(() => {})
        return known.value
      }
      if (isPaused) throw failed?.thrown
      return ask()
    },
  }
}

async function discover(settings: SignInProvider): Promise<Discovered> {
  const { issuer, clientId, clientSecret } = settings
  const isPlain = issuer.startsWith('http://')
  const metadata = {
    ...(clientSecret === null ? {} : { client_secret: clientSecret }),
    [client.clockTolerance]: OIDC_LIMITS.toleranceSeconds,
  }
  const configuration = await client.discovery(new URL(issuer), clientId, metadata, undefined, {
    timeout: OIDC_LIMITS.answerSeconds,
    [client.customFetch]: (url, options) => boundedFetch(url, options),
    // Declared so, by who knows the way: on this machine, or in a test.
    execute: isPlain ? [client.allowInsecureRequests] : [],
  })
  const { jwks_uri: jwksUri } = configuration.serverMetadata()
  if (jwksUri === undefined) throw new TypeError('it does not say where its keys are (jwks_uri)')
  const keys = createRemoteJWKSet(new URL(jwksUri), {
    timeoutDuration: OIDC_LIMITS.answerSeconds * 1000,
    cooldownDuration: OIDC_LIMITS.keysMs,
    cacheMaxAge: OIDC_LIMITS.discoveryMs,
    [joseFetch]: (url, options) => boundedFetch(url, options),
  })
  return { configuration, keys }
}

/** What a token says that this provider signed for us; rejects where it did not, or is over. */
export async function verifiedClaims(
  { settings }: ProviderConnection,
  { configuration, keys }: Discovered,
  token: string,
  now: number,
): Promise<Readonly<Record<string, unknown>>> {
  const { payload } = await jwtVerify(token, keys, {
    issuer: configuration.serverMetadata().issuer,
    audience: settings.clientId,
    algorithms: ALGORITHMS,
    clockTolerance: OIDC_LIMITS.toleranceSeconds,
    currentDate: new Date(now),
  })
  return payload
}
