import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { wireQuery } from './testing/asking.ts'
import { createFilter } from './testing/filter.ts'
import type { Filter } from './testing/filter.ts'
import { oracle, summary } from './testing/oracle.ts'
import { behave } from './testing/behaviour.ts'
import { startUpstream } from './testing/scripted-upstream.ts'
import type { ScriptedUpstream } from './testing/scripted-upstream.ts'
import { OVER_UDP } from './via.ts'
import { soon } from '../test/support/soon.ts'

const FOLDER = new URL('../test/vectors/dns-replay/', import.meta.url)

/** Conversations in text, each a title and its lines: test/vectors/dns-replay/README.md. */
function readConversations(): readonly (readonly [title: string, lines: readonly string[]])[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.txt'))
    .flatMap((file) => readFileSync(new URL(file, FOLDER), 'utf8').split(/^# /m).slice(1))
    .map((block) => block.split('\n').filter((line) => line.trim() !== ''))
    .filter((lines) => lines.length > 1)
    .map(([title = '', ...lines]) => [title, lines] as const)
}

interface Stage {
  readonly filter: Filter
  readonly time: { now: number }
  readonly upstreams: ReadonlyMap<string, { server: ScriptedUpstream; does: string[] }>
}

async function openStage(names: readonly string[]): Promise<Stage & AsyncDisposable> {
  const time = { now: 1_000_000_000 }
  const upstreams = new Map<string, { server: ScriptedUpstream; does: string[] }>()
  for (const name of names) {
    const does = ['answers']
    upstreams.set(name, { does, server: await startUpstream(behave(does)) })
  }
  const addresses = [...upstreams.values()].map(({ server }) => server.address)
  const filter = await createFilter({ upstreams: addresses, clock: () => time.now })
  return {
    ...{ filter, time, upstreams },
    async [Symbol.asyncDispose]() {
      filter.forwarder.stop()
      for (const { server } of upstreams.values()) await server[Symbol.asyncDispose]()
    },
  }
}

async function perform(stage: Stage, line: string): Promise<void> {
  const [word = '', ...rest] = line.trim().split(/\s+/)
  const upstream = stage.upstreams.get(word)
  if (upstream !== undefined) {
    upstream.does.splice(0, Infinity, ...rest)
  } else if (word === 'wait') {
    stage.time.now += Number(rest[0]) * 1000
  } else if (word === 'settle') {
    // What goes on behind the answers has real sockets, which take real time.
    await soon(() => expect(stage.filter.forwarder.isIdle).toBe(true))
  } else if (word === 'ask') {
    const arrow = rest.indexOf('->')
    const expected = Object.fromEntries(rest.slice(arrow + 1).map((field) => split(field)))
    expect({ line, ...(await ask(stage, rest.slice(0, arrow))) }).toMatchObject(expected)
  } else throw new Error(`no line of a conversation: ${line}`)
}

function split(field: string): [string, string] {
  const at = field.indexOf('=')
  return [field.slice(0, at), field.slice(at + 1)]
}

async function ask(stage: Stage, words: readonly string[]): Promise<Record<string, string>> {
  const [name = '', ...flags] = words
  const query = wireQuery(name, { edns: true, flags: flags.includes('ad') ? 0x0120 : 0x0100 })
  if (flags.includes('do')) query[query.length - 4] = 0x80
  for (const { server } of stage.upstreams.values()) {
    server.asked.udp.length = 0
    server.asked.tcp.length = 0
  }
  const answer = await new Promise<Uint8Array | null>((resolve) =>
    stage.filter.server.handle(query, '127.0.0.1', OVER_UDP, resolve),
  )
  if (answer === null) return { rcode: 'silence' }
  const [first] = oracle.decode(Buffer.from(answer)).answers
  const asked = [...stage.upstreams].map(([upstream, { server }]) => [
    upstream,
    `${server.asked.udp.length}+${server.asked.tcp.length}`,
  ])
  return {
    ...summary(query, answer),
    data: String(first?.data),
    ttl: String(first?.ttl),
    ...Object.fromEntries(asked),
  }
}

const conversations = readConversations()

test('there are conversations to replay', () => {
  expect(conversations.length).toBeGreaterThan(15)
})

describe('a conversation with upstreams', () => {
  test.concurrent.each(conversations)('%s', async (_title, lines) => {
    await using stage = await openStage(
      ['a', 'b'].slice(0, lines.some((l) => /^b | b=/.test(l)) ? 2 : 1),
    )
    for (const line of lines) await perform(stage, line)
    expect(stage.filter.metrics.drops.internal.value).toBe(0)
  })
})
