import type { Config } from '#core/config.ts'
import { examineDirectory } from '#core/ldap/examine.ts'
import { loadDirectories } from '#db/directories.ts'
import type { House } from './house.ts'
import type { Finding } from './finding.ts'

/** Every server of every directory; one of several that is away is a note, since the others answer. */
export async function checkDirectories(
  { database, seal }: House,
  config: Config,
): Promise<readonly Finding[]> {
  const declared = await loadDirectories(database, seal)
  const all = config.directory === null ? declared : [...declared, config.directory]
  if (all.length === 0) {
    return [{ what: 'directory (LDAP)', note: 'none is declared: local accounts only' }]
  }
  const findings = await Promise.all(
    all.map(async (settings) => {
      const servers = await examineDirectory(settings)
      const someAnswer = servers.some(({ wrong }) => wrong === null)
      return servers.map(({ url, wrong, kind }): Finding => {
        const what = `directory ${settings.name}, ${url}`
        if (wrong === null) return { what: `${what} (${kind})` }
        return someAnswer ? { what, note: wrong } : { what, wrong }
      })
    }),
  )
  return findings.flat()
}
