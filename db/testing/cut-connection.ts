import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { openDatabase } from '../connection.ts'
import { outliveCutConnections } from '../cut-connections.ts'

/*
 * A process whose database lets it in and then says nothing, and which gives the connection up: `outlive` as the product
 * does it, `plain` without, `other` with a rejection of another kind. Prints what the first query was told, and `lives`.
 */
const [kind] = process.argv.slice(2)
const say = (line: string): boolean => process.stdout.write(`${line}\n`)
if (kind !== 'plain') outliveCutConnections((reason) => say(`cut: ${reason}`))

/** AuthenticationOk and ReadyForQuery. */
const WELCOME = Buffer.from([82, 0, 0, 0, 8, 0, 0, 0, 0, 90, 0, 0, 0, 5, 73])
const sockets: Socket[] = []
const asked = Promise.withResolvers<void>()
const server = createServer((socket) => {
  sockets.push(socket)
  socket.once('data', () => {
    socket.write(WELCOME)
    socket.once('data', () => asked.resolve())
  })
})
await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
const { port } = server.address() as AddressInfo
const database = openDatabase(`postgres://somebody@127.0.0.1:${port}/house`, {
  applicationName: 'test',
  max: 1,
})
const query = database.sql`select 1`.catch((thrown: unknown) => {
  say(`told: ${(thrown as { code?: string }).code}`)
})
await asked.promise
if (kind === 'other') void Promise.reject(new Error('of another kind'))
else database.abandon()
await query
await new Promise((done) => setTimeout(done, 100))
say('lives')
for (const socket of sockets) socket.destroy()
server.close()
