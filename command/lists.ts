import { readFileSync, statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { AppError, reasonOf } from '#core/error.ts'
import { writeAudit } from '#db/audit.ts'
import { addList, removeList } from '#db/list-changes.ts'
import type { NewList } from '#db/list-changes.ts'
import { acceptHeld, dueOrigins, listStates, saveCounts } from '#db/list-states.ts'
import type { ListCounts, ListState } from '#db/list-states.ts'
import { creditOf } from '#db/list-credit.ts'
import { loadListKeys } from '#db/list-keys.ts'
import type { ListKey } from '#db/list-keys.ts'
import { LONGEST_LIST_BYTES } from '#db/lists.ts'
import type { NetworkKind } from '#db/sites.ts'
import { countList, refreshList } from '../dns-filter/fetch/refresh.ts'
import type { Refreshed } from '../dns-filter/fetch/refresh.ts'
import { parseZoneUrl } from '../dns-filter/transfer/zone-transfer.ts'
import { cliActor } from './apply.ts'
import { requireMigrated, requireOwner, withHouse, withHouseAs } from './house.ts'
import type { House } from './house.ts'
import { readTsigKey } from './tsig-key.ts'
import { EXIT_FAILED, UsageError } from './run.ts'

const text = { type: 'string' } as const
/** As in a declaration. */
const CODE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** `lists add NAME --url URL | --file PATH`: it is in force when the command ends well. */
export async function runListsAdd(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...{ url: text, file: text, category: text, folder: text, network: text },
      'tsig-file': text,
      'allow-private': { type: 'boolean', default: false },
    },
  })
  const name = oneName(positionals)
  const category = values.category ?? name
  for (const [what, value] of [
    ['the name', name],
    ['--category', category],
  ] as const) {
    if (!CODE.test(value)) {
      throw new UsageError(`${what} "${value}" must be 1 to 64 letters, digits, dots, dashes`)
    }
  }
  if ((values.url === undefined) === (values.file === undefined)) {
    throw new UsageError('give either --url or --file')
  }
  const from: NewList['from'] =
    values.url === undefined
      ? { text: readText(values.file ?? '') }
      : {
          url: readUrl(values.url),
          folder: values.folder ?? null,
          allowPrivate: values['allow-private'],
          key: keyOf(values['tsig-file']),
        }
  if (values['tsig-file'] !== undefined && !values.url?.startsWith('rpz+axfr:')) {
    throw new UsageError('--tsig-file is for a list at rpz+axfr://')
  }
  const list = { name, category, blocks: networksOf(values.network), from }
  return withOwnHouse('lists add', async (house) => {
    const { database, seal } = house
    const counts = 'text' in from ? await countList(from.text) : null
    if (counts?.names === 0) {
      throw new AppError(
        'list',
        `none of the ${counts.lines} lines of ${values.file} names a domain`,
      )
    }
    if (!(await addList(database, seal, list, cliActor()))) {
      throw new AppError(
        'list',
        `a declaration has a list "${name}"; change it there, or give this one another name`,
      )
    }
    if ('text' in from && counts !== null) {
      await saveCounts(database, name, from.text, counts)
      for (const line of countLines(name, counts)) console.log(line)
      return 0
    }
    return refreshOne(house, name)
  })
}

export async function runListsRefresh(args: readonly string[]): Promise<number> {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true })
  if (positionals.length > 1) throw new UsageError('give one name, or none for all')
  return withOwnHouse('lists refresh', async (house) => {
    const { database } = house
    const [only] = positionals
    if (only !== undefined) return refreshOne(house, only)
    const fetched = (await listStates(database)).filter(({ url }) => url !== null)
    if (fetched.length === 0) console.log('No list has an address to fetch it from.')
    let worst = 0
    for (const { name } of fetched) worst = Math.max(worst, await refreshOne(house, name))
    return worst
  })
}

export async function runListsAccept(args: readonly string[]): Promise<number> {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true })
  const name = oneName(positionals)
  return withOwnHouse('lists accept', async ({ database }) => {
    const names = await database.sql.begin((sql) => acceptHeld(sql, name))
    if (names === null) throw new AppError('list', `nothing of a list "${name}" is held back`)
    await writeAudit(database.kysely, {
      ...{ actor: cliActor(), action: 'list.accept', subject: `list ${name}`, reason: null },
      details: { names },
    })
    console.log(`${name}: ${names} names are in force.`)
    return 0
  })
}

export async function runListsRemove(args: readonly string[]): Promise<number> {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true })
  const name = oneName(positionals)
  return withOwnHouse('lists remove', async ({ database }) => {
    if (await removeList(database, name, cliActor())) return 0
    throw new AppError(
      'list',
      `no command has added a list "${name}"; one of a declaration goes there`,
    )
  })
}

/** `lists`: all of them, and how it went. */
export async function runLists(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: 'boolean', default: false } },
  })
  const states = await withHouseAs('operator', 'lists', ({ database }) => listStates(database))
  if (values.json) for (const state of states) console.log(JSON.stringify(state))
  else if (states.length === 0) {
    console.log('There is no list. Add one: accueil lists add NAME --url URL, or declare it.')
  } else for (const state of states) for (const line of stateLines(state)) console.log(line)
  return 0
}

async function refreshOne({ database, seal }: House, name: string): Promise<number> {
  const [origin] = await dueOrigins(database, name)
  if (origin === undefined) {
    throw new AppError('list', `no list "${name}" has an address to fetch it from`)
  }
  const refreshed = await refreshList(
    database,
    origin,
    (await loadListKeys(database, seal)).get(name),
  )
  for (const line of refreshLines(name, refreshed)) console.log(line)
  return refreshed.kind === 'changed' || refreshed.kind === 'unchanged' ? 0 : EXIT_FAILED
}

function refreshLines(name: string, refreshed: Refreshed): readonly string[] {
  switch (refreshed.kind) {
    case 'unchanged':
      return [`${name}: as it was.`]
    case 'gone':
      return [`${name}: somebody removed it meanwhile.`]
    case 'changed':
      return countLines(name, refreshed.counts)
    case 'held-back':
    case 'failed':
      return [`${name}: ${refreshed.reason}. What was in force stays.`]
  }
}

function countLines(name: string, counts: ListCounts): readonly string[] {
  const kinds = Object.entries(counts.kinds).map(([kind, count]) => `${count} ${kind}`)
  const said = `${name}: ${counts.names} names in ${counts.lines} lines`
  if (counts.unusable === 0) return [`${said}.`]
  return [
    `${said}; ${counts.unusable} lines are not for a resolver (${kinds.join(', ')}), such as`,
    ...counts.faults.slice(0, 5).map(({ line, fault, text }) => `  ${line}: ${text} (${fault})`),
  ]
}

function stateLines(state: ListState): readonly string[] {
  const day = (at: Date | null): string =>
    at?.toISOString().slice(0, 16).replace('T', ' ') ?? 'never'
  const networks = state.blocks.join(', ')
  const names = state.names == null ? 'not counted yet' : `${state.names} names`
  const ignored = (state.unusable ?? 0) > 0 ? `, ${state.unusable} lines not for a resolver` : ''
  const origin =
    state.url === null
      ? []
      : [`  ${state.url}, fetched ${day(state.fetchedAt)}, changed ${day(state.changedAt)} (UTC)`]
  const credit = creditOf(state.url)
  return [
    `${state.name} (${state.category}; ${networks}): ${names}${ignored}`,
    ...origin,
    ...(credit === null ? [] : [`  by ${credit.by}, ${credit.licence} (${credit.licenceUrl})`]),
    ...(state.error === null ? [] : [`  trouble at ${day(state.triedAt)}: ${state.error}`]),
  ]
}

function withOwnHouse(name: string, use: (house: House) => Promise<number>): Promise<number> {
  return withHouse(name, async (house) => {
    await requireMigrated(house.database)
    await requireOwner(house.database)
    return use(house)
  })
}

function oneName(positionals: readonly string[]): string {
  const [name, more] = positionals
  if (name === undefined || more !== undefined) throw new UsageError('give the name of one list')
  return name
}

function networksOf(network: string | undefined): readonly NetworkKind[] {
  if (network === undefined) return ['guest', 'staff']
  if (network === 'guest' || network === 'staff') return [network]
  throw new UsageError(`--network "${network}" is neither guest nor staff`)
}

function readUrl(address: string): string {
  const url = URL.parse(address)
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url.href
  if (url !== null && parseZoneUrl(address) !== null) return url.href
  throw new UsageError(
    `--url "${address}" is not an https://, http:// or rpz+axfr://HOST:PORT/ZONE address`,
  )
}

function keyOf(path: string | undefined): ListKey | null {
  if (path === undefined) return null
  const key = readTsigKey(Buffer.from(readText(path, '--tsig-file')).toString('utf8'))
  if (typeof key !== 'string') return key
  throw new UsageError(`--tsig-file ${path} ${key}`)
}

function readText(path: string, option = '--file'): Uint8Array {
  try {
    if (statSync(path).size > LONGEST_LIST_BYTES) {
      throw new AppError('list', `it is longer than ${LONGEST_LIST_BYTES} bytes`)
    }
    return readFileSync(path)
  } catch (thrown) {
    throw new AppError('list', `${option} ${path} cannot be read: ${reasonOf(thrown)}`)
  }
}
