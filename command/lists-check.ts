import { parseArgs } from 'node:util'
import type { Database } from '#db/connection.ts'
import { loadListHeads, readListText } from '#db/lists.ts'
import { loadRules } from '#db/rules.ts'
import { loadNetworks } from '#db/sites.ts'
import type { Client } from '../dns-filter/policy/client.ts'
import { explainName } from '../dns-filter/policy/explain.ts'
import type { Explanation, ListLine } from '../dns-filter/policy/explain.ts'
import { withHouseAs } from './house.ts'
import { UsageError } from './run.ts'

export async function runListsCheck(args: readonly string[]): Promise<number> {
  const text = { type: 'string' } as const
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { site: text, network: text },
    allowPositionals: true,
  })
  const [domain, more] = positionals
  if (domain === undefined || more !== undefined) throw new UsageError('give one domain name')
  const { network = 'guest', site = null } = values
  if (network !== 'guest' && network !== 'staff') {
    throw new UsageError(`--network "${network}" is neither guest nor staff`)
  }
  const lines = await withHouseAs('dns', 'lists check', async ({ config, database }) => {
    const client = await clientAt(database, network, site)
    const explanation = await explainName(domain, client, {
      heads: await loadListHeads(database),
      rules: await loadRules(database),
      ownHosts: [config.publicUrl.hostname],
      readText: (list) => readListText(database, list),
    })
    if (explanation === null) throw new UsageError(`"${domain}" is not a domain name`)
    return sentences(domain, explanation)
  })
  for (const line of lines) console.log(line)
  return 0
}

async function clientAt(
  database: Database,
  network: Client['network'],
  site: string | null,
): Promise<Client> {
  if (site === null) return { network, site: null, association: null }
  const known = (await loadNetworks(database)).find((one) => one.site === site)
  if (known === undefined) throw new UsageError(`--site "${site}" is not a place with a network`)
  return { network, site, association: known.association }
}

function sentences(domain: string, explanation: Explanation): readonly string[] {
  switch (explanation.by) {
    case 'nothing':
      return [`${domain} is not blocked: no rule and no list names it.`]
    case 'reservation':
      return [
        explanation.reservation === 'exempt'
          ? `${domain} is never blocked: devices or the portal need it.`
          : `${domain} is answered here and never asked upstream (${explanation.reservation}).`,
      ]
    case 'rule': {
      const { action, domain: named, network, site, association } = explanation.rule
      const scope = [network, site, association].filter((part) => part !== null).join(' ')
      const verdict = action === 'block' ? 'is blocked' : 'is allowed'
      return [`${domain} ${verdict} by the rule for ${named}${scope === '' ? '' : ` (${scope})`}.`]
    }
    case 'lists':
      return [`${domain} is blocked:`, ...explanation.lines.map(lineOfList)]
    case 'exception':
      return [
        `${domain} is not blocked: lists name it, and make an exception of it:`,
        ...explanation.lines.map(lineOfList),
      ]
  }
}

function lineOfList({ list, line, domain, text }: ListLine): string {
  const shown = text === domain ? '' : `, as: ${text.replaceAll(/[\0-\x1f\x7f]/g, ' ')}`
  return `  list ${list.name} (${list.category}), line ${line}: ${domain}${shown}`
}
