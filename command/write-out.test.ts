import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { writeOut } from './write-out.ts'

function counted(upTo: number): { pieces: AsyncGenerator<string>; made: number; closed: boolean } {
  const count = { made: 0, closed: false }
  const pieces = (async function* () {
    try {
      for (; count.made < upTo;) {
        count.made += 1
        yield 'row\n'
      }
    } finally {
      count.closed = true
    }
  })()
  return Object.assign(count, { pieces })
}

test('a slow reader is waited for: little is made ahead of it', async () => {
  const source = counted(50)
  const ahead: number[] = []
  let taken = 0
  const slow = new Writable({
    highWaterMark: 1,
    write(_chunk, _encoding, done) {
      taken += 1
      ahead.push(source.made - taken)
      setImmediate(done)
    },
  })
  await writeOut(source.pieces, slow)
  expect(taken).toBe(50)
  expect(Math.max(...ahead)).toBeLessThanOrEqual(3)
})

test('a reader that has gone ends it quietly, and the source with it', async () => {
  const source = counted(1_000_000)
  const gone = new Writable({
    write(_chunk, _encoding, done) {
      done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
    },
  })
  await writeOut(source.pieces, gone)
  expect(source.made).toBeLessThan(10)
  expect(source.closed).toBe(true)
})

test('any other failure of the output is told', async () => {
  const full = new Writable({
    write(_chunk, _encoding, done) {
      done(Object.assign(new Error('no space left'), { code: 'ENOSPC' }))
    },
  })
  await expect(writeOut(counted(3).pieces, full)).rejects.toThrow('no space left')
})

test('a program that said much and ends is heard to the end by a slow reader', async () => {
  const said = `import { writtenOut } from './command/write-out.ts'
    for (let i = 0; i < 20_000; i += 1) console.log('line ' + i)
    await writtenOut(process.stdout)
    process.exit(0)`
  const program = spawn(process.execPath, ['--input-type=module', '-e', said])
  await sleep(200)
  let text = ''
  program.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece))
  await once(program, 'close')
  expect(text.trimEnd().split('\n').at(-1)).toBe('line 19999')
})

test('and ends where the reader has gone', async () => {
  const said = `import { writtenOut } from './command/write-out.ts'
    for (let i = 0; i < 20_000; i += 1) console.log('line ' + i)
    await writtenOut(process.stdout)
    process.exit(3)`
  const program = spawn(process.execPath, ['--input-type=module', '-e', said])
  program.stdout.destroy()
  expect(await once(program, 'close')).toEqual([3, null])
})
