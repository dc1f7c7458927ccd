import { buildNative } from '#core/udp/native-module.ts'

/**
 * `npm run build:native`: compiles the UDP layer for this Node and machine. With `--if-possible`, as
 * before `npm start` and `npm test`, a machine without a compiler is told what it does without.
 */
const built = buildNative()
if (!built.ok) {
  const isWanted = !process.argv.includes('--if-possible')
  const consequence = isWanted ? '' : '; UDP goes by node:dgram, at less than half the speed'
  console.error(`the native UDP layer was not built: ${built.reason}${consequence}`)
  process.exitCode = isWanted ? 1 : 0
} else if (built.isNew) console.log(`built ${built.path}`)
