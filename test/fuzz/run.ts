import { openHouse } from '../interop/house.ts'
import { createRunFolder, endProcesses, sweepLeftovers } from '../support/peers/run-folder.ts'
import { MEMORY_BOUND_BYTES, PACKETS_PER_PORT, fuzzUdpPorts } from './udp-ports.ts'

/** `npm run fuzz [-- SEED [PACKETS]]`: starts the product, damages packets, judges. */
const [seedText, packetsText] = process.argv.slice(2)
const seed = seedText === undefined ? Date.now() % 0x7fff_ffff : Number(seedText)
const packets = packetsText === undefined ? PACKETS_PER_PORT : Number(packetsText)

sweepLeftovers()
const folder = createRunFolder()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    endProcesses(folder.path)
    process.exit(130)
  })
}
let bad = 1
try {
  await using house = await openHouse(folder)
  const { product } = house
  console.log(`seed ${seed}, ${packets} packets a port`)
  const pid = product.running().pid
  const { ports, warmBytes, endBytes } = await fuzzUdpPorts({
    ports: product.ports,
    pid,
    seed,
    packets,
  })
  console.table(ports.map(({ unearned, ...rest }) => ({ ...rest, unearned: unearned.length })))
  console.log(`resident: ${mib(warmBytes)} MiB warm, ${mib(endBytes)} MiB at the end`)
  for (const { unearned } of ports) for (const one of unearned.slice(0, 3)) console.log(one)
  const unearned = ports.reduce((sum, port) => sum + port.unearned.length, 0)
  const grew = endBytes - warmBytes > MEMORY_BOUND_BYTES
  bad = Number(unearned > 0) + Number(grew) + Number(!product.running().alive())
} finally {
  endProcesses(folder.path)
  folder.remove()
}
console.log(`${3 - bad} passed, ${bad} failed`)
process.exitCode = bad === 0 ? 0 : 1

function mib(bytes: number): number {
  return Math.round(bytes / 1024 / 1024)
}
