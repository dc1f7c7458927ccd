import { buildNativeGiveBack } from '#core/give-back.ts'
import { buildNativeMap } from '#core/mapped-file.ts'
import { buildNative } from '#core/udp/native-module.ts'
import { buildTlsEngine } from '../radius-server/eap/tls-engine.ts'

/**
 * `npm run build:native`: compiles what is native for this Node and machine. With `--if-possible`, as
 * before `npm start` and `npm test`, a machine without a compiler is told what it does without.
 */
const MODULES = [
  {
    build: buildNative,
    what: 'UDP layer',
    without: 'UDP goes by node:dgram, at less than half the speed',
  },
  {
    build: buildTlsEngine,
    what: 'TLS of 802.1X',
    without: 'it goes by node:tls, at half as much CPU again',
  },
  {
    build: buildNativeMap,
    what: 'map of files',
    without: 'each DNS process holds the lists in a memory of its own',
  },
  {
    build: buildNativeGiveBack,
    what: 'giving back of memory',
    without: 'a DNS process alone keeps 30 MiB that only its start needed',
  },
] as const

const isWanted = !process.argv.includes('--if-possible')
for (const { build, what, without } of MODULES) {
  const built = build()
  if (!built.ok) {
    const consequence = isWanted ? '' : `; ${without}`
    console.error(`the native ${what} was not built: ${built.reason}${consequence}`)
    process.exitCode = isWanted ? 1 : 0
  } else if (built.isNew) console.log(`built ${built.path}`)
}
