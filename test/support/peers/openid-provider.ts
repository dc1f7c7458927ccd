import { AsyncLocalStorage } from 'node:async_hooks'
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { Provider } from 'oidc-provider'
import { freePort } from './free-ports.ts'

export interface OpenidProvider extends AsyncDisposable {
  readonly issuer: string
  /** Change these, and the provider does so. */
  readonly world: {
    /** Who signs in next, without a password; null: they cancel. */
    account: string | null
    /** Claims by account. */
    people: Record<string, Readonly<Record<string, unknown>>>
    /** How long it takes for each answer. */
    delayMs: number
    /** What it answers to everything, where it is not 0. */
    status: number
    /** By how much its clock is ahead of this machine's; below 0: behind. */
    aheadMs: number
  }
  /** New keys for what is signed from now on; the old ones are published no more. */
  rotateKeys(): void
  /** Tells the client that this sign-in is over (Back-Channel Logout 1.0). */
  signOut(subject: string, session: string): Promise<void>
}

export const OPENID_CLIENT = { id: 'accueil', secret: 'a-secret-of-the-provider-and-us' }

/** A real OpenID provider in this process, on a port of its own; people sign in without a password. */
export async function startOpenidProvider(portal: string, name: string): Promise<OpenidProvider> {
  const port = await freePort()
  const issuer = `http://127.0.0.1:${port}`
  const world: OpenidProvider['world'] = {
    account: 'helene',
    people: {
      helene: {
        name: 'Hélène Martin',
        preferred_username: 'Helene',
        email: 'helene@example.org',
        groups: ['staff', 'IT-National'],
      },
      karim: { name: 'Karim Ben', preferred_username: 'karim', groups: ['staff'] },
    },
    delayMs: 0,
    status: 0,
    aheadMs: 0,
  }
  const ahead = new AsyncLocalStorage<number>()
  const machineNow = Date.now
  // It reads no other clock than this, and what it does not run in goes on with the machine's.
  Date.now = () => machineNow() + (ahead.getStore() ?? 0)
  let provider = createProvider()

  function createProvider(): Provider {
    return new Provider(issuer, {
      clients: [
        {
          client_id: OPENID_CLIENT.id,
          client_secret: OPENID_CLIENT.secret,
          redirect_uris: [`${portal}/staff/oidc/${name}/callback`],
          post_logout_redirect_uris: [`${portal}/staff/signed-out`],
          backchannel_logout_uri: `${portal}/staff/oidc/backchannel-logout/${name}`,
          backchannel_logout_session_required: true,
          application_type: 'web',
          token_endpoint_auth_method: 'client_secret_basic',
          id_token_signed_response_alg: 'ES256',
        },
      ],
      jwks: { keys: [signingKey()] },
      cookies: { keys: ['of the tests'] },
      claims: {
        openid: ['sub', 'sid'],
        profile: ['name', 'preferred_username'],
        email: ['email'],
        groups: ['groups'],
      },
      features: {
        devInteractions: { enabled: false },
        backchannelLogout: { enabled: true },
        rpInitiatedLogout: { enabled: true },
      },
      pkce: { required: () => true },
      interactions: { url: () => '/interaction' },
      async findAccount(_: unknown, accountId: string) {
        return {
          accountId,
          claims: () => ({ sub: accountId, ...world.people[accountId] }),
        }
      },
      async loadExistingGrant(context: {
        readonly oidc: {
          readonly client: { readonly clientId: string }
          readonly session: { readonly accountId: string }
        }
      }) {
        const { client, session } = context.oidc
        const grant = new provider.Grant({
          clientId: client.clientId,
          accountId: session.accountId,
        })
        grant.addOIDCScope('openid profile email groups')
        await grant.save()
        return grant
      },
      // Without its guard against addresses of this machine, which is where the client is.
      fetch: (url: string, { method, headers, body, signal }: RequestInit) =>
        fetch(url, { method, headers, body, signal } as RequestInit),
    })
  }

  async function interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const result =
      world.account === null
        ? { error: 'access_denied' }
        : { login: { accountId: world.account, ts: Math.floor(Date.now() / 1000) } }
    await provider.interactionFinished(request, response, result)
  }

  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      if (world.delayMs > 0) await sleep(world.delayMs, null, { ref: false })
      if (world.status !== 0) response.writeHead(world.status).end()
      else if (request.url?.startsWith('/interaction') === true) await interact(request, response)
      else provider.callback()(request, response)
    }
    ahead
      .run(world.aheadMs, answer)
      .catch((thrown: unknown) => response.writeHead(500).end(String(thrown)))
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    issuer,
    world,
    rotateKeys() {
      provider = createProvider()
    },
    async signOut(subject, session) {
      const client = await provider.Client.find(OPENID_CLIENT.id)
      await client.backchannelLogout(subject, session)
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      Date.now = machineNow
    },
  }
}

function signingKey(): Readonly<Record<string, unknown>> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256', kid: randomUUID() }
}
