import { domainToASCII } from 'node:url'
import { parseArgs } from 'node:util'
import { AppError } from '#core/error.ts'
import { loadRules } from '#db/rules.ts'
import type { Rule } from '#db/rules.ts'
import { removeRule, setRule } from '#db/rule-changes.ts'
import { cliActor } from './apply.ts'
import { SCOPE_OPTIONS, endOf, scopeOf, whereText } from './filter-scope.ts'
import { requireMigrated, requireOwner, withHouse } from './house.ts'
import { UsageError } from './run.ts'

const text = { type: 'string' } as const

export async function runRules(args: readonly string[]): Promise<number> {
  const [verb, ...rest] = args
  const { values, positionals } = parseArgs({
    args: rest,
    options: {
      ...SCOPE_OPTIONS,
      ...{ until: text, note: text, json: { type: 'boolean', default: false } },
    },
    allowPositionals: true,
  })
  const [given, more] = positionals
  if (verb === 'list') {
    if (given !== undefined) throw new UsageError('rules list takes no domain')
    return listRules(values.json)
  }
  if (verb !== 'block' && verb !== 'allow' && verb !== 'remove') {
    throw new UsageError('say rules block, allow, remove or list')
  }
  if (given === undefined || more !== undefined) throw new UsageError('give one domain name')
  const domain = domainOf(given)
  return withHouse(`rules ${verb}`, async ({ database }) => {
    await requireMigrated(database)
    await requireOwner(database)
    const scope = await scopeOf(database, values)
    const where = whereText(scope)
    if (verb === 'remove') {
      if (!(await removeRule(database, { domain, ...scope }, cliActor()))) {
        throw new AppError('rule', `there is no rule for ${domain} (${where})`)
      }
      console.log(`the rule for ${domain} (${where}) is gone`)
      return 0
    }
    const until = values.until === undefined ? null : endOf('--until', values.until).getTime()
    const note = values.note?.trim() ?? ''
    const rule: Rule = {
      ...{ action: verb, domain, ...scope, until },
      note: note === '' ? null : note,
    }
    const former = await setRule(database, rule, cliActor())
    const end = until === null ? '' : ` until ${new Date(until).toISOString()}`
    const instead = former === null ? '' : `, in place of ${former}`
    console.log(`${verb} ${domain} and all below it (${where})${end}${instead}`)
    return 0
  })
}

async function listRules(asJson: boolean): Promise<number> {
  return withHouse('rules list', async ({ database }) => {
    await requireMigrated(database)
    await requireOwner(database)
    const rules = await loadRules(database)
    if (!asJson && rules.length === 0) console.log('There is no rule.')
    for (const rule of rules) {
      const { until, ...said } = rule
      const end = until === null ? null : new Date(until).toISOString()
      console.log(asJson ? JSON.stringify({ ...said, until: end }) : lineOf(rule))
    }
    return 0
  })
}

function lineOf({ action, domain, until, note, ...scope }: Rule): string {
  const end =
    until === null
      ? []
      : [`${until > Date.now() ? 'until' : 'over since'} ${new Date(until).toISOString()}`]
  return [`${action} ${domain}`, whereText(scope), ...end, ...(note === null ? [] : [note])].join(
    '  |  ',
  )
}

/** Names in their own script are converted, as by `apply`. */
function domainOf(given: string): string {
  const ascii = domainToASCII(given.trim().replace(/\.$/, '')).toLowerCase()
  const isName = ascii.split('.').every((label) => /^[a-z0-9_-]{1,63}$/.test(label))
  if (isName && ascii.length <= 253) return ascii
  throw new UsageError(`"${given}" is not a domain name`)
}
