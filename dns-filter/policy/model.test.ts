import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BLOCK_ANSWERS } from '#db/filters.ts'
import type { BlockAnswer, Filter, FilterLift } from '#db/filters.ts'
import type { ListHead } from '#db/lists.ts'
import type { Rule } from '#db/rules.ts'
import { nameFromText } from '../message/name.ts'
import { Suffixes } from '../names/suffixes.ts'
import { client as clientOf, filter, lift, listIndexOf, rule } from '../testing/filter.ts'
import type { Client } from './client.ts'
import { Policy } from './policy.ts'

// What docs/filtering.md says, in the plainest way: every scope, hour and list is looked at for each name.

interface World {
  readonly lists: readonly { readonly head: ListHead; readonly names: readonly string[] }[]
  readonly rules: readonly Rule[]
  readonly filters: readonly Filter[]
  readonly lifts: readonly FilterLift[]
}

interface Verdict {
  readonly kind: 'pass' | 'allow' | 'block'
  /** Those that it may be told for. */
  readonly categories?: readonly string[]
  readonly answers?: readonly BlockAnswer[]
  readonly codes?: readonly number[]
}

/** Hours, and the same as people would work them out from a clock on the wall. */
const HOURS: Readonly<Record<string, (day: number, minute: number) => boolean>> = {
  'mon-fri 08:00-18:00': (day, minute) => day < 5 && minute >= 480 && minute < 1080,
  '22:00-06:00': (_, minute) => minute >= 1320 || minute < 360,
  'sat,sun': (day) => day >= 5,
  // Begins on Saturday evening, and goes on into the night when clocks are changed.
  'sat 20:00-03:00': (day, minute) => (day === 5 && minute >= 1200) || (day === 6 && minute < 180),
  'sun 02:15-02:45': (day, minute) => day === 6 && minute >= 135 && minute < 165,
}

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

const clocks = new Map(
  ['Europe/Paris', 'Indian/Reunion'].map((timeZone) => [
    timeZone,
    new Intl.DateTimeFormat('en-GB', {
      ...({ timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit' } as const),
      hourCycle: 'h23',
    }),
  ]),
)
/** What a clock on the wall shows, by zone and instant. */
const shown = new Map<string, readonly [day: number, minute: number]>()

function isOpen(hours: readonly string[], timezone: string, at: number): boolean {
  if (hours.length === 0) return true
  const key = `${timezone} ${at}`
  let wall = shown.get(key)
  if (wall === undefined) {
    const [day = '', hour, minute] = (clocks.get(timezone)?.format(at) ?? '').split(/[ ,:]+/)
    wall = [DAYS.indexOf(day), Number(hour) * 60 + Number(minute)]
    shown.set(key, wall)
  }
  const [day, minute] = wall
  return hours.some((text) => HOURS[text]?.(day, minute) === true)
}

/** How near a scope is to a client, from 0 for the organisation; -1: it is somebody else's. */
function nearness(
  scope: {
    association: string | null
    site: string | null
    network: string | null
    device?: string | null
  },
  client: Client,
): number {
  const { association, site, network, device = null } = scope
  if (network !== null && network !== client.network) return -1
  if (device !== null) return device === client.device && site === client.site ? 4 : -1
  if (site !== null) return site === client.site ? (network === null ? 2 : 3) : -1
  if (association !== null) return association === client.association ? 1 : -1
  return 0
}

function covers(domain: string, name: string): boolean {
  return name === domain || name.endsWith(`.${domain}`)
}

function verdictOf(world: World, name: string, client: Client, at: number): Verdict {
  const holding = world.filters
    .map((one) => ({ one, level: nearness(one, client) }))
    .filter(({ one, level }) => level >= 0 && isOpen(one.hours, client.timezone, at))
  const lifted = world.lifts.filter(
    (one) => nearness(one, client) >= 0 && one.from <= at && at < one.to,
  )
  const isLifted = (subjects: readonly string[]): boolean =>
    lifted.some(({ subject }) => subject === null || subjects.includes(subject))

  const answersFor = (category: string): readonly BlockAnswer[] => {
    for (let level = 4; level >= 0; level--) {
      // At one level the more particular: those with hours, then those with a network.
      for (const rank of [3, 2, 1, 0]) {
        const said = holding
          .filter((h) => h.level === level && rankOf(h.one) === rank)
          .flatMap(({ one }) => {
            const own = one.answers.find((text) => text.startsWith(`${category}=`))
            return own?.slice(category.length + 1) ?? one.answer ?? []
          })
        if (said.length > 0) return said as BlockAnswer[]
      }
    }
    return ['nxdomain']
  }

  interface Word {
    readonly category: string
    readonly level: number
    readonly trusts: boolean
    readonly isImposed: boolean
    readonly codes: readonly number[]
  }
  const words = world.lists
    .filter(({ names }) => names.some((domain) => covers(domain, name)))
    .flatMap(({ head: { name: list, category, blocks } }): Word[] => {
      const subjects = [`list:${list}`, category]
      const mentions = (said: readonly string[]): boolean =>
        subjects.some((subject) => said.includes(subject))
      const common = { category, level: 9, trusts: false }
      if (holding.some(({ one }) => mentions(one.imposed))) {
        return [{ ...common, isImposed: true, codes: [16] }]
      }
      for (let level = 4; level >= 0; level--) {
        const here = holding.filter((h) => h.level === level).map(({ one }) => one)
        if (here.some(({ trust }) => mentions(trust))) {
          return [{ category, level, trusts: true, isImposed: false, codes: [] }]
        }
        if (here.some(({ allow }) => mentions(allow))) return []
        const blocking = here.filter(({ block }) => mentions(block))
        const isDeclared = level === 0 && blocks.includes(client.network)
        if (blocking.length === 0 && !isDeclared) continue
        if (isLifted(subjects)) return []
        const codes = blocking.length === 0 ? [15] : blocking.map(({ asked }) => (asked ? 17 : 15))
        return [{ category, level, trusts: false, isImposed: false, codes }]
      }
      return []
    })

  const told = (by: readonly Word[]): Verdict => ({
    kind: 'block',
    categories: by.map(({ category }) => category),
    answers: by.flatMap(({ category }) => answersFor(category)),
    codes: by.flatMap(({ codes }) => codes),
  })
  const imposed = words.filter(({ isImposed }) => isImposed)
  if (imposed.length > 0) return told(imposed)

  if (!lifted.some(({ subject }) => subject === null)) {
    const rules = world.rules
      .filter((one) => covers(one.domain, name) && (one.until === null || at < one.until))
      .map((one) => ({ one, level: nearness(one, client) }))
      .filter(({ level }) => level >= 0)
      .toSorted(
        (a, b) =>
          b.level - a.level ||
          b.one.domain.length - a.one.domain.length ||
          a.one.action.localeCompare(b.one.action),
      )
    const [first] = rules
    if (first?.one.action === 'allow') return { kind: 'allow' }
    if (first !== undefined) {
      return { kind: 'block', categories: ['rule'], answers: answersFor('rule'), codes: [15] }
    }
  }
  const nearest = Math.max(-1, ...words.map(({ level }) => level))
  const heard = words.filter(({ level }) => level === nearest)
  if (heard.some(({ trusts }) => trusts)) return { kind: 'allow' }
  return heard.length === 0 ? { kind: 'pass' } : told(heard)
}

/** Whatever the lists are for, each category once. */
function listedIn({ lists }: World, name: string): readonly string[] {
  const naming = lists.filter(({ names }) => names.some((domain) => covers(domain, name)))
  return [...new Set(naming.map(({ head }) => head.category))].toSorted()
}

function rankOf({ hours, network }: Filter): number {
  return (hours.length === 0 ? 0 : 2) + (network === null ? 0 : 1)
}

// Worlds that are small enough for everything to meet.

const NAMES = [
  ...['b.example.org', 'a.b.example.org', 'c.b.example.org', 'x.a.b.example.org', 'example.org'],
  'd.example.net',
]
const CATEGORIES = ['adult', 'games']
const SUBJECTS = [...CATEGORIES, 'list:l0', 'list:l1', 'list:l2']
// Both nights on which the clocks of Paris are changed, and an ordinary week.
const STARTS = ['2026-03-28T18:00:00Z', '2026-10-24T18:00:00Z', '2026-11-23T00:00:00Z']

const instant = fc
  .tuple(fc.constantFrom(...STARTS), fc.integer({ min: 0, max: 16 * 60 }), fc.boolean())
  .map(([start, minutes, isWide]) => Date.parse(start) + minutes * (isWide ? 10 : 1) * 60_000)
const some = <T>(from: readonly T[], maxLength = 2): fc.Arbitrary<T[]> =>
  fc.uniqueArray(fc.constantFrom(...from), { maxLength })

const scope = fc.constantFrom(
  {},
  { network: 'guest' as const },
  { association: '75' },
  { association: '75', network: 'staff' as const },
  { site: '75-1' },
  { site: '75-1', network: 'guest' as const },
  { site: '69-1' },
)
const filterScope = fc.oneof(
  { weight: 4, arbitrary: scope },
  fc.constant({ site: '75-1', network: 'guest' as const, device: 'tablet' }),
)

const world: fc.Arbitrary<World> = fc.record({
  lists: fc
    .array(
      fc.record({
        names: some(NAMES, 3),
        category: fc.constantFrom(...CATEGORIES),
        blocks: some(['guest', 'staff'] as const),
      }),
      { maxLength: 3 },
    )
    .map((lists) =>
      lists.map(({ names, category, blocks }, i) => ({
        head: { name: `l${i}`, category, blocks, sha256: `${i}` },
        names,
      })),
    ),
  rules: fc.uniqueArray(
    fc
      .record({
        action: fc.constantFrom('block' as const, 'allow' as const),
        domain: fc.constantFrom(...NAMES),
        where: scope,
        until: fc.option(instant),
      })
      .map(({ action, domain, where, until }) => rule(action, domain, { ...where, until })),
    { maxLength: 5 },
  ),
  filters: fc.array(
    fc
      .record({
        where: filterScope,
        hours: fc.oneof(fc.constant([]), some(Object.keys(HOURS), 2)),
        block: some(SUBJECTS),
        allow: some(SUBJECTS, 1),
        trust: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, some(SUBJECTS, 1)),
        imposed: fc.oneof({ weight: 9, arbitrary: fc.constant([]) }, some(SUBJECTS, 1)),
        answer: fc.option(fc.constantFrom(...BLOCK_ANSWERS)),
        answers: some(['adult=zero', 'games=page', 'rule=nodata'], 2),
        asked: fc.boolean(),
      })
      .map(({ where, ...said }) => filter({ ...said, ...where })),
    { maxLength: 6 },
  ),
  lifts: fc.array(
    fc
      .record({
        where: scope,
        subject: fc.option(fc.constantFrom(...SUBJECTS)),
        from: instant,
        hours: fc.integer({ min: 1, max: 8 }),
      })
      .map(({ where, subject, from, hours }) =>
        lift({ ...where, subject, from, to: from + hours * 3_600_000 }),
      ),
    { maxLength: 2 },
  ),
})

const CLIENTS: readonly Client[] = (['guest', 'staff'] as const).flatMap((kind) => [
  clientOf(kind, { site: '75-1', association: '75' }),
  clientOf(kind, { site: '75-1', association: '75', device: kind === 'guest' ? 'tablet' : null }),
  clientOf(kind, { site: '69-1', association: '69', timezone: 'Indian/Reunion' }),
  clientOf(kind, { site: null, association: '75' }),
  clientOf(kind, { site: null, association: null }),
])

test('a compiled policy decides as the plain reading does, for every client, name and instant', () => {
  fc.assert(
    fc.property(world, fc.array(instant, { minLength: 1, maxLength: 4 }), (one, at) => {
      let now = 0
      const policy = new Policy(['portal.example.org'], () => now)
      const texts = new Map(one.lists.map(({ head, names }) => [head.name, names.join('\n')]))
      policy.useRules(one.rules)
      policy.useFilters({ filters: one.filters, lifts: one.lifts, devices: [] })
      const heads = one.lists.map(({ head }) => head)
      policy.useLists(listIndexOf(heads, (list) => texts.get(list) ?? ''))
      const name = new Suffixes()
      // In any order: a clock may be set back.
      for (now of at) {
        for (const client of CLIENTS) {
          for (const text of [...NAMES, 'y.c.b.example.org']) {
            name.read(nameFromText(text) ?? new Uint8Array(1), 0)
            const got = policy.decide(name, client)
            const { kind, categories, answers, codes } = verdictOf(one, text, client, now)
            expect([text, got.kind]).toEqual([text, kind])
            expect([text, got.listed.toSorted()]).toEqual([text, listedIn(one, text)])
            if (got.reason === null) continue
            expect(categories).toContain(got.reason.category)
            expect(answers).toContain(got.reason.answer)
            expect(codes).toContain(got.reason.error.code)
          }
        }
      }
    }),
    { numRuns: 40 },
  )
})

test('clients for whom the same holds share one policy, however many places there are', () => {
  const policy = new Policy([], () => 0)
  const sites = Array.from({ length: 2_333 }, (_, i) => `75-${i}`)
  const own = { block: ['games'], network: 'guest' as const }
  const filters = sites.slice(0, 1_000).map((site) => filter({ site, ...own }))
  policy.useFilters({ filters: [filter({ block: ['adult'] }), ...filters], lifts: [], devices: [] })
  for (const site of sites) policy.of(clientOf('guest', { site }))
  expect(policy.size).toBe(2)
})
