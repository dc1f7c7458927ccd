import { createServer } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { readBody } from './read-form.ts'

const MOST = 1_000

/** What was read of what a client sends, and how the connection goes on. */
async function read(
  send: readonly string[],
  { end = false } = {},
): Promise<{ readonly seen: readonly unknown[]; readonly answer: string }> {
  const seen: unknown[] = []
  const done = Promise.withResolvers<void>()
  const app = new Hono()
  app.post('/', async (c) => {
    const body = await readBody(c, MOST)
    seen.push(body === 'too-large' ? body : body.toString())
    done.resolve()
    return c.text(`read ${seen.length}`)
  })
  const server = createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  let answer = ''
  socket.on('data', (chunk) => (answer += chunk.toString()))
  socket.on('error', () => {})
  for (const part of send) {
    socket.write(part)
    await new Promise((resolve) => setImmediate(resolve))
  }
  if (end) socket.destroy()
  await done.promise
  const closed = new Promise((resolve) => socket.once('close', resolve))
  if (!end) {
    while (!answer.includes(`read ${seen.length}`)) await new Promise((r) => socket.once('data', r))
    socket.end()
  }
  server.close()
  server.closeAllConnections()
  if (!end) await closed
  return { seen, answer }
}

const head = (length: number): string =>
  `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n`

test('a body is read whole, in however many pieces it comes', async () => {
  expect((await read([`${head(10)}accept=yes`])).seen).toEqual(['accept=yes'])
  expect((await read([head(10), 'acc', 'ept=', 'yes'])).seen).toEqual(['accept=yes'])
  expect((await read([head(0)])).seen).toEqual([''])
})

test('up to the limit, and not an octet more', async () => {
  expect((await read([`${head(MOST)}${'x'.repeat(MOST)}`])).seen).toEqual(['x'.repeat(MOST)])
  const { seen, answer } = await read([`${head(MOST + 1)}${'x'.repeat(MOST + 1)}`])
  expect(seen).toEqual(['too-large'])
  expect(answer).toMatch(/^HTTP\/1\.1 200 /)
})

test('one that breaks off has said nothing', async () => {
  expect((await read([head(10), 'acc'], { end: true })).seen).toEqual([''])
})
