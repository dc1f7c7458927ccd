import * as client from 'openid-client'
import type { Clock } from '#core/clock.ts'
import { reasonOf } from '#core/error.ts'
import type { Log } from '#core/log.ts'
import type { Seal } from '#core/seal.ts'
import type { Person } from '#db/people.ts'
import type { SignInProvider } from '#db/sign-in-providers.ts'
import type { PendingSignIn } from '../pending.ts'
import { PERSON_LIMITS, personOfClaims } from '../person-claims.ts'
import { OIDC_FOLDER, SIGNED_OUT_PATH } from '../staff-paths.ts'
import { refusalOf } from './refusal-of.ts'
import type { OidcRefusal } from './refusal-of.ts'
import { OIDC_LIMITS } from './limits.ts'
import { readLogoutToken } from './logout-token.ts'
import type { EndedSignIn } from './logout-token.ts'
import { connectProvider, verifiedClaims } from './provider.ts'
import type { Discovered, ProviderConnection } from './provider.ts'

type Begun = Pick<PendingSignIn, 'state' | 'nonce' | 'verifier'> & { readonly address: string }

export type OidcBegin =
  | { readonly ok: true; readonly begun: Begun }
  | { readonly ok: false; readonly reason: OidcRefusal }

export type OidcFinish =
  | {
      readonly ok: true
      readonly person: Person
      /** What the provider calls this sign-in (`sid`). */
      readonly session: string | null
      /** Sealed. */
      readonly idToken: string
    }
  | { readonly ok: false; readonly reason: OidcRefusal }

/** The identity providers that are declared now. */
export interface OidcProviders {
  list(): readonly SignInProvider[]
  find(name: string): SignInProvider | null
  /** The address that a browser is led to, and what must come back. */
  begin(name: string, isAgain: boolean): Promise<OidcBegin>
  /** `search` is the query of the callback, as it came. */
  finish(pending: PendingSignIn, search: string): Promise<OidcFinish>
  /** Where a browser ends its session there; null where the provider has no such address. */
  logoutAddress(name: string, sealedIdToken: string | null): Promise<string | null>
  /** What a back-channel logout token says is over; null where it does not count. */
  readLogout(name: string, token: string): Promise<EndedSignIn | null>
}

export interface OidcDeps {
  /** In the order in which they are offered; the same array until one changes. */
  readonly declared: () => readonly SignInProvider[]
  readonly publicUrl: URL
  readonly seal: Seal
  readonly log: Log
  readonly clock: Clock
}

const ID_TOKEN = 'id-token'

export function createOidcProviders(deps: OidcDeps): OidcProviders {
  const { declared, publicUrl, seal, log, clock } = deps
  let connections: readonly ProviderConnection[] = []
  let of: readonly SignInProvider[] = []

  /** One whose declaration did not change keeps what it told us. */
  function current(): readonly ProviderConnection[] {
    if (of === declared()) return connections
    of = declared()
    const before = new Map(connections.map((one) => [JSON.stringify(one.settings), one]))
    connections = of.map((one) => before.get(JSON.stringify(one)) ?? connectProvider(one, clock))
    return connections
  }
  const find = (name: string): ProviderConnection | null =>
    current().find(({ settings }) => settings.name === name) ?? null
  const callback = (name: string): URL => new URL(`${OIDC_FOLDER}${name}/callback`, publicUrl)

  function refused(name: string, thrown: unknown): { ok: false; reason: OidcRefusal } {
    const reason = refusalOf(thrown)
    log.warn('portal.staff.provider.failed', {
      provider: name,
      outcome: reason,
      reason: said(thrown),
    })
    return { ok: false, reason }
  }

  async function personOf(
    connection: ProviderConnection,
    discovered: Discovered,
    tokens: client.TokenEndpointResponse & client.TokenEndpointResponseHelpers,
  ): Promise<OidcFinish> {
    const { settings } = connection
    const idToken = tokens.id_token ?? ''
    const claims = await verifiedClaims(connection, discovered, idToken, clock())
    const aheadSeconds = Math.round(Number(claims['iat']) - clock() / 1000)
    if (Math.abs(aheadSeconds) > OIDC_LIMITS.issuedSeconds) {
      log.warn('portal.staff.provider.failed', {
        provider: settings.name,
        outcome: 'provider-clock',
        reason: `its clock and ours are ${Math.abs(aheadSeconds)} s apart, it is ${aheadSeconds > 0 ? 'ahead' : 'behind'}; look at NTP on both`,
      })
      return { ok: false, reason: 'provider-clock' }
    }
    const subject = typeof claims['sub'] === 'string' ? claims['sub'] : ''
    const { userinfo_endpoint: userinfo } = discovered.configuration.serverMetadata()
    // Many providers tell groups only there; of another person it is refused.
    const more =
      userinfo === undefined
        ? {}
        : await client.fetchUserInfo(discovered.configuration, tokens.access_token, subject)
    const found = personOfClaims(settings, subject, { ...claims, ...more })
    if (found === null) {
      log.warn('portal.staff.provider.failed', {
        provider: settings.name,
        outcome: 'no-account',
        reason: `there is no claim "${settings.claims.account}"`,
      })
      return { ok: false, reason: 'no-account' }
    }
    if (found.areGroupsCut) {
      log.warn('portal.staff.groups.cut', { provider: settings.name, most: PERSON_LIMITS.groups })
    }
    const session = typeof claims['sid'] === 'string' ? claims['sid'] : null
    return { ok: true, person: found.person, session, idToken: seal.seal(idToken, ID_TOKEN) }
  }

  return {
    list: () => declared(),
    find: (name) => find(name)?.settings ?? null,

    async begin(name, isAgain) {
      const connection = find(name)
      if (connection === null) return { ok: false, reason: 'no-provider' }
      try {
        const { configuration } = await connection.discovered()
        const verifier = client.randomPKCECodeVerifier()
        const [state, nonce] = [client.randomState(), client.randomNonce()]
        const address = client.buildAuthorizationUrl(configuration, {
          redirect_uri: callback(name).href,
          scope: connection.settings.scopes.join(' '),
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
          ...{ state, nonce },
          ...(isAgain ? { prompt: 'login', max_age: String(OIDC_LIMITS.againSeconds) } : {}),
        })
        return { ok: true, begun: { state, nonce, verifier, address: address.href } }
      } catch (thrown) {
        return refused(name, thrown)
      }
    },

    async finish(pending, search) {
      const connection = find(pending.provider)
      if (connection === null) return { ok: false, reason: 'no-provider' }
      try {
        const discovered = await connection.discovered()
        // Of the public address: behind a proxy the request has another.
        const came = callback(pending.provider)
        came.search = search
        const tokens = await client.authorizationCodeGrant(discovered.configuration, came, {
          expectedState: pending.state,
          expectedNonce: pending.nonce,
          pkceCodeVerifier: pending.verifier,
          idTokenExpected: true,
          ...(pending.isAgain ? { maxAge: OIDC_LIMITS.againSeconds } : {}),
        })
        return await personOf(connection, discovered, tokens)
      } catch (thrown) {
        return refused(pending.provider, thrown)
      }
    },

    async logoutAddress(name, sealedIdToken) {
      const connection = find(name)
      if (connection === null) return null
      try {
        const { configuration } = await connection.discovered()
        if (configuration.serverMetadata().end_session_endpoint === undefined) return null
        const opened = sealedIdToken === null ? null : seal.open(sealedIdToken, ID_TOKEN)
        const hint = opened === null ? '' : Buffer.from(opened).toString('utf8')
        const fits = hint !== '' && hint.length <= OIDC_LIMITS.hintCharacters
        return client.buildEndSessionUrl(configuration, {
          post_logout_redirect_uri: new URL(SIGNED_OUT_PATH, publicUrl).href,
          ...(fits ? { id_token_hint: hint } : {}),
        }).href
      } catch {
        return null // It is away: one's session here has ended, and that there cannot be ended now.
      }
    },

    async readLogout(name, token) {
      const connection = find(name)
      if (connection === null) return null
      try {
        const discovered = await connection.discovered()
        const claims = await verifiedClaims(connection, discovered, token, clock())
        return readLogoutToken(claims, clock())
      } catch (thrown) {
        refused(name, thrown)
        return null
      }
    },
  }
}

/** What went wrong, with the provider's own words where it has any, and never a code or a token. */
function said(thrown: unknown): string {
  const cause = thrown instanceof Error ? thrown.cause : undefined
  const why = cause instanceof Error ? `: ${reasonOf(cause)}` : ''
  return `${reasonOf(thrown)}${why}`.slice(0, 300)
}
