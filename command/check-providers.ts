import type { Config } from '#core/config.ts'
import { reasonOf } from '#core/error.ts'
import { loadSignInProviders } from '#db/sign-in-providers.ts'
import { connectProvider } from '../portal/staff/oidc/provider.ts'
import { providerOfEnvironment } from '../portal/staff/oidc/environment.ts'
import type { House } from './house.ts'
import type { Finding } from './finding.ts'

/** Whether each identity provider describes itself as it is declared. */
export async function checkProviders(
  { database, seal }: House,
  config: Config,
): Promise<readonly Finding[]> {
  const declared = await loadSignInProviders(database, seal)
  const all = [...declared, ...providerOfEnvironment(config.oidc)]
  if (all.length === 0) {
    const note = 'none is declared: staff sign in by a directory, or by accounts of the house'
    return [{ what: 'identity provider (OIDC)', note }]
  }
  return Promise.all(
    all.map(async (provider): Promise<Finding> => {
      const what = `identity provider ${provider.name}, ${provider.issuer}`
      try {
        await connectProvider(provider, Date.now).discovered()
        return { what }
      } catch (thrown) {
        const cause = thrown instanceof Error ? thrown.cause : undefined
        const why = cause instanceof Error ? `: ${reasonOf(cause)}` : ''
        return {
          what,
          wrong: `${reasonOf(thrown)}${why}; is issuer to the letter what it calls itself?`,
        }
      }
    }),
  )
}
