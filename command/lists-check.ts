import { parseArgs } from 'node:util'
import { formatDnsUpstream } from '#core/dns-upstream.ts'
import type { Rule } from '#db/rules.ts'
import type { Reason } from '../dns-filter/policy/effective.ts'
import { explainName } from '../dns-filter/policy/explain.ts'
import type { Explanation, House, ListLine } from '../dns-filter/policy/explain.ts'
import { LEVELS, levelOf } from '../dns-filter/policy/layers.ts'
import { tellCauses } from '../dns-filter/policy/look-up.ts'
import { CLIENT_OPTIONS, filteredHouse, filterClient, instantOf } from './filter-client.ts'
import { withHouseAs } from './house.ts'
import { EXIT_FAILED, UsageError } from './run.ts'

export async function runListsCheck(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { ...CLIENT_OPTIONS, ref: { type: 'string' } },
    allowPositionals: true,
  })
  const { ref } = values
  const [domain, more] = positionals
  if (ref === undefined ? domain === undefined || more !== undefined : domain !== undefined) {
    throw new UsageError('give one domain name, or --ref with the letters of a block page')
  }
  const at = instantOf(values.at)
  return withHouseAs('dns', 'lists check', async ({ config, database }) => {
    const house = await filteredHouse(config, database)
    if (ref !== undefined) return sayCauses(ref, house)
    const client = await filterClient(database, values)
    const explanation = await explainName(domain ?? '', client, house, () => at)
    if (explanation === null) throw new UsageError(`"${domain}" is not a domain name`)
    for (const line of sentences(domain ?? '', explanation)) console.log(line)
    return 0
  })
}

function sayCauses(ref: string, house: House): number {
  const causes = tellCauses(ref, house)
  if (causes.length === 0) {
    console.error(`accueil: nothing that blocks now has the reference ${ref}`)
    return EXIT_FAILED
  }
  for (const cause of causes) console.log(cause)
  return 0
}

function sentences(domain: string, explanation: Explanation): readonly string[] {
  const { by, rule, reason, isBlocked, lines, until, servers } = explanation
  const said =
    by === 'reservation'
      ? [reservationSentence(domain, explanation)]
      : by === 'rule' && rule !== null
        ? [`${domain} is ${isBlocked ? 'blocked' : 'allowed'} by the rule for ${ruleText(rule)}.`]
        : by === 'service'
          ? [`${domain} is blocked: it is of ${reason?.category ?? 'a service'}.`]
          : by === 'list'
            ? [`${domain} is ${isBlocked ? 'blocked' : 'let through'}:`]
            : [
                lines.length === 0
                  ? `${domain} is not blocked: no rule and no list names it.`
                  : `${domain} is not blocked: no list that names it blocks here now.`,
              ]
  return [
    ...said,
    ...lines.map(lineOfList),
    ...(reason === null ? [] : reasonLines(reason)),
    ...(servers === null || isBlocked
      ? []
      : [`  asked of ${servers.map(formatDnsUpstream).join(', ')}, and of nobody else`]),
    ...(explanation.isOpen ? ['  the filter is lifted here for now'] : []),
    ...(until === null ? [] : [`  until ${new Date(until).toISOString()}, when other hours begin`]),
  ]
}

const SAYS: Readonly<Record<ListLine['says'], string>> = {
  imposed: '; imposed',
  block: '',
  trust: '; trusted here',
  exception: '; the list makes an exception',
  nothing: '; not blocked here',
}

function reservationSentence(domain: string, { reservation, isBlocked }: Explanation): string {
  if (reservation === 'exempt') {
    return `${domain} is never blocked: devices, the portal or a declaration need it.`
  }
  if (reservation === 'internal') {
    return isBlocked
      ? `${domain} is of the house and is not answered to guests.`
      : `${domain} is of the house, and "forward" names no server for it: there is no such name.`
  }
  return `${domain} is answered here and never asked upstream (${reservation}).`
}

const ANSWERS: Readonly<Record<Reason['answer'], string>> = {
  nxdomain: 'there is no such name',
  nodata: 'the name has no such record',
  zero: 'an address that leads nowhere',
  page: 'the address of the block page',
}

function reasonLines({ answer, error, level, hours, ref }: Reason): readonly string[] {
  const when = hours.length === 0 ? '' : `, in the hours ${hours.join('; ')}`
  return [
    `  decided by the ${LEVELS[level] ?? 'house'}${when}`,
    `  answered with: ${ANSWERS[answer]}; extended error ${error.code}, reference ${ref}`,
  ]
}

function ruleText(rule: Rule): string {
  const { domain, network, site, association, until, note } = rule
  const scope = [network, site, association].filter((part) => part !== null).join(' ')
  return [
    `${domain}${scope === '' ? '' : ` (${scope})`}`,
    `of the ${LEVELS[levelOf(rule)] ?? 'house'}`,
    ...(until === null ? [] : [`until ${new Date(until).toISOString()}`]),
    ...(note === null ? [] : [`note: ${note}`]),
  ].join(', ')
}

function lineOfList({ list, line, domain, text, says }: ListLine): string {
  const shown = text === domain ? '' : `, as: ${text.replaceAll(/[\0-\x1f\x7f]/g, ' ')}`
  return `  list ${list.name} (${list.category}), line ${line}: ${domain}${shown}${SAYS[says]}`
}
