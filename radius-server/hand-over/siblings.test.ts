import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, statSync, utimesSync } from 'node:fs'
import { connect } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/folder.ts'
import { sourceOf } from '../testing/source.ts'
import type { HandedOver } from './message.ts'
import { createSiblings } from './siblings.ts'
import type { Siblings, SiblingsDeps } from './siblings.ts'

const A = 'aaaaaaaaaaaaaaaa'
const B = 'bbbbbbbbbbbbbbbb'
const QUESTION: HandedOver = {
  source: sourceOf('192.0.2.7', 40_000),
  proved: null,
  packet: Uint8Array.of(1, 2, 3),
}
const open: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]()
})

function newFolder(): string {
  const folder = temporaryFolder()
  open.push({ [Symbol.asyncDispose]: () => Promise.resolve(folder[Symbol.dispose]()) })
  return join(folder.path, 'radius')
}

async function start(
  folder: string,
  tag: string,
  answer: SiblingsDeps['answer'] = () => null,
  limits: Parameters<typeof createSiblings>[1] = {},
): Promise<Siblings> {
  const siblings = createSiblings({ folder, tag, answer, clock: Date.now }, limits)
  await siblings.open()
  open.push({ [Symbol.asyncDispose]: () => siblings.close() })
  return siblings
}

test('a packet is answered by its owner, at once, later, or not at all', async () => {
  const folder = newFolder()
  const a = await start(folder, A)
  await start(folder, B, ({ packet }) =>
    packet[0] === 1 ? packet : Promise.resolve(packet[0] === 2 ? Uint8Array.of(9) : null),
  )
  const ask = (first: number) => a.ask(B, { ...QUESTION, packet: Uint8Array.of(first) })
  expect(await Promise.all([ask(1), ask(2), ask(3)])).toEqual([
    { kind: 'answered', reply: Uint8Array.of(1) },
    { kind: 'answered', reply: Uint8Array.of(9) },
    { kind: 'answered', reply: null },
  ])
})

test('an owner that is not there, or goes away, is none', async () => {
  const folder = newFolder()
  const a = await start(folder, A)
  const asked = Promise.withResolvers<void>()
  const b = await start(folder, B, () => {
    asked.resolve()
    return new Promise(() => {})
  })
  expect(await a.ask('cccccccccccccccc', QUESTION)).toEqual({ kind: 'no-owner' })
  const waiting = a.ask(B, QUESTION)
  await asked.promise
  await b.close()
  expect(await waiting).toEqual({ kind: 'no-owner' })
  expect(await a.ask(B, QUESTION)).toEqual({ kind: 'no-owner' })
})

test('more than may wait are refused, and none waits for ever', async () => {
  const folder = newFolder()
  const a = await start(folder, A, undefined, { inWork: 1, answerMs: 20 })
  await start(folder, B, () => new Promise(() => {}))
  const outcomes = await Promise.all([a.ask(B, QUESTION), a.ask(B, QUESTION)])
  expect(outcomes).toEqual([{ kind: 'late' }, { kind: 'too-many' }])
})

test('who does not speak the language is cut off, and the others are served', async () => {
  const folder = newFolder()
  const a = await start(folder, A)
  await start(folder, B, ({ packet }) => packet)
  for (const bytes of [Buffer.alloc(64, 0xff), Buffer.from('000000060000000109ff', 'hex')]) {
    const stranger = connect(join(folder, B))
    stranger.on('error', () => {})
    stranger.write(bytes)
    await once(stranger, 'close')
  }
  expect(await a.ask(B, QUESTION)).toMatchObject({ kind: 'answered' })
})

test('nobody else can enter the folder, however it was made', async () => {
  const folder = newFolder()
  mkdirSync(folder)
  chmodSync(folder, 0o777)
  await start(folder, A)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
})

test.runIf(process.getuid?.() === 0)(
  "another user's folder is refused with a sentence",
  async () => {
    const folder = newFolder()
    mkdirSync(folder)
    chownSync(folder, 65_534, 65_534)
    await expect(start(folder, A)).rejects.toThrow(
      /radius.*belongs to user 65534.*ACCUEIL_DATA_DIR/,
    )
  },
)

test('a data folder with a long path is as good as another', async () => {
  const folder = join(newFolder(), 'x'.repeat(120))
  const a = await start(folder, A)
  await start(folder, B, ({ packet }) => packet)
  expect(await a.ask(B, QUESTION)).toMatchObject({ kind: 'answered' })
})

test('what a process left that was killed is removed, once it is certain that it is no more', async () => {
  const folder = newFolder()
  const a = await start(folder, A)
  await start(folder, B)
  const path = join(folder, 'cccccccccccccccc')
  const bind = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
  spawnSync(process.execPath, ['-e', bind])
  expect(await a.count()).toBe(1)
  expect(existsSync(path)).toBe(true)
  utimesSync(path, new Date(0), new Date(0))
  expect(await a.count()).toBe(1)
  expect(existsSync(path)).toBe(false)
})
