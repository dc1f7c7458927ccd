import type { Config } from '#core/config.ts'

/** The portal, and the provider by which staff sign in there: nothing may take them away. */
export function ownHosts({
  publicUrl,
  oidc,
}: Pick<Config, 'publicUrl' | 'oidc'>): readonly string[] {
  return [publicUrl.hostname, ...(oidc === null ? [] : [new URL(oidc.issuer).hostname])]
}
