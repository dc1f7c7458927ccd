import { openHouse } from '../interop/house.ts'
import type { House } from '../interop/house.ts'
import { ATTRIBUTE, CODE, accessRequest, attribute } from '../support/peers/radius-packet.ts'
import { createRunFolder, endProcesses, sweepLeftovers } from '../support/peers/run-folder.ts'
import { exchange } from '../support/peers/udp.ts'
import { fuzzDns, HALF_A_MILLION } from './dns.ts'
import { fuzzDnsStreams } from './dns-streams.ts'
import { MEMORY_BOUND_BYTES, PACKETS_PER_PORT, fuzzUdpPorts } from './udp-ports.ts'

/**
 * `npm run fuzz [-- SEED [PACKETS]]`: starts the product, damages so many packets for each port, judges.
 * `npm run fuzz -- --million` sends a million to the three ports together, `--dns` half a million over each way
 * of DNS: UDP, TCP, TLS, HTTPS.
 */
const MILLION_PER_PORT = Math.ceil(1_000_000 / 3)
const isMillion = process.argv.includes('--million')
const isDnsAlone = process.argv.includes('--dns')
const [seedText, packetsText] = process.argv.slice(2).filter((arg) => !arg.startsWith('--'))
const seed = seedText === undefined ? Date.now() % 0x7fff_ffff : Number(seedText)
const usual = isMillion ? MILLION_PER_PORT : isDnsAlone ? HALF_A_MILLION : PACKETS_PER_PORT
const packets = packetsText === undefined ? usual : Number(packetsText)

sweepLeftovers()
const folder = createRunFolder()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    endProcesses(folder.path)
    process.exit(130)
  })
}
let checks = 4
let bad = checks
try {
  await using house = await openHouse(folder)
  console.log(`seed ${seed}, ${packets} packets a port`)
  if (isDnsAlone) {
    const done = await fuzzDns(house, seed, packets)
    for (const wrong of done.wrong) console.log(wrong)
    checks = done.checks
    bad = done.wrong.length
  } else bad = await fuzzPorts(house)
} finally {
  endProcesses(folder.path)
  folder.remove()
}
console.log(`${checks - bad} passed, ${bad} failed`)
process.exitCode = bad === 0 ? 0 : 1

async function fuzzPorts({ product }: House): Promise<number> {
  const pid = product.running().pid
  const { ports, warmBytes, endBytes } = await fuzzUdpPorts({
    ports: product.ports,
    pid,
    seed,
    packets,
  })
  const streams = await fuzzDnsStreams({ ports: product.ports, seed, messages: packets })
  console.table(streams.map(({ unearned, ...rest }) => ({ ...rest, unearned: unearned.length })))
  for (const { unearned } of streams) for (const one of unearned.slice(0, 3)) console.log(one)
  console.table(ports.map(({ unearned, ...rest }) => ({ ...rest, unearned: unearned.length })))
  console.log(`resident: ${mib(warmBytes)} MiB warm, ${mib(endBytes)} MiB at the end`)
  for (const { unearned } of ports) for (const one of unearned.slice(0, 3)) console.log(one)
  const unearned = [...ports, ...streams].reduce((sum, one) => sum + one.unearned.length, 0)
  const grew = endBytes - warmBytes > MEMORY_BOUND_BYTES
  const began = performance.now()
  const isLetIn = await logInBob(product.ports.radius)
  const took = Math.round(performance.now() - began)
  console.log(`a good login afterwards: ${isLetIn ? 'accepted' : 'not accepted'}, in ${took} ms`)
  const isDead = !product.running().alive()
  return [unearned > 0, grew, isDead, !isLetIn].filter(Boolean).length
}

async function logInBob(port: number): Promise<boolean> {
  const request = accessRequest({
    identifier: 1,
    secret: 'testing123',
    attributes: [attribute(ATTRIBUTE.userName, 'bob')],
    password: 'hello',
  })
  const [reply] = await exchange(port, [request], 5000)
  return reply?.[0] === CODE.accessAccept
}

function mib(bytes: number): number {
  return Math.round(bytes / 1024 / 1024)
}
