import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packListText } from '#db/lists.ts'
import { compileLists } from '../../dns-filter/lists/compile.ts'
import { createListCompiler } from '../../dns-filter/lists/compiler.ts'
import { createTextStore } from '../../dns-filter/lists/text-store.ts'
import { nameFromText } from '../../dns-filter/message/name.ts'
import { Suffixes } from '../../dns-filter/names/suffixes.ts'
import { temporaryFolder } from '../support/folder.ts'
import { listOfNames } from './list-names.ts'

/**
 * `node test/bench/names.ts [--names=1000000,5000000]`: what lists of that size cost: CPU of compiling them
 * from text, bytes and resident memory a name, time until a start has them, CPU of a look-up.
 */
const counts = (valueOf('names') ?? '1000000,5000000').split(',').map(Number)
const only = valueOf('load')

if (only !== undefined) load(only)
else for (const count of counts) measure(count)

function valueOf(name: string): string | undefined {
  const prefix = `--${name}=`
  return process.argv.find((arg) => arg.startsWith(prefix))?.slice(prefix.length)
}

function measure(count: number): void {
  using folder = temporaryFolder()
  const text = listOfNames(count)
  const before = process.cpuUsage()
  const compiled = compileLists([{ name: 'bench', sha256: 'bench', read: () => text }])
  const used = process.cpuUsage(before)
  const blob = Buffer.concat(compiled.parts)
  writeFileSync(folder.file('lists.blob'), blob)
  writeFileSync(folder.file('names'), sample(text))
  // Another process, whose memory nothing else has been in.
  const child = spawnSync(
    process.execPath,
    ['--expose-gc', import.meta.filename, `--load=${folder.path}`],
    { encoding: 'utf8' },
  )
  const loaded = JSON.parse(child.stdout) as Record<string, number>
  console.log({
    names: compiled.reports[0]?.report.names,
    textMiB: mib(text.length),
    packedMiB: mib(packListText(text).length),
    compileCpuSeconds: (used.user + used.system) / 1e6,
    bytesAName: blob.length / count,
    ...loaded,
  })
}

/** Half of them on the list, half not. */
function sample(text: Buffer): string {
  const lines = text.toString('latin1').split('\n').filter(Boolean)
  const step = Math.max(1, Math.floor(lines.length / 100_000))
  const listed = lines.filter((_, i) => i % step === 0)
  const others = listed.map((name) => `${digest(name)}.${name.slice(name.indexOf('.') + 1)}`)
  return [...listed, ...others].join('\n')
}

function digest(text: string): string {
  return createHash('md5').update(text).digest('hex').slice(0, 10)
}

function load(folder: string): void {
  const names = readFileSync(join(folder, 'names'), 'latin1')
    .split('\n')
    .map((name) => nameFromText(name) ?? new Uint8Array(1))
  const compiler = createListCompiler(
    folder,
    createTextStore(join(folder, 'texts'), async function* () {}),
  )
  const head = { name: 'bench', category: 'bench', blocks: ['guest' as const], sha256: 'bench' }
  collect()
  const resident = process.memoryUsage.rss()
  const begun = performance.now()
  void compiler.lastGood([head]).then((index) => {
    const loadMs = performance.now() - begun
    if (index === null) throw new Error('there is no blob')
    const suffixes = new Suffixes()
    const before = process.cpuUsage()
    let found = 0
    const rounds = 20
    for (let round = 0; round < rounds; round++) {
      for (const name of names) {
        suffixes.read(name, 0)
        for (let suffix = suffixes.count - 1; suffix >= 0; suffix--) {
          if (index.setOf(suffixes, suffix) !== 0) found++
        }
      }
    }
    const used = process.cpuUsage(before)
    collect()
    const lookUpNs = ((used.user + used.system) * 1000) / (names.length * rounds)
    const residentMiB = mib(process.memoryUsage.rss() - resident)
    console.log(JSON.stringify({ loadMs, lookUpNs, found: found / rounds, residentMiB }))
  })
}

function collect(): void {
  globalThis.gc?.()
}

function mib(bytes: number): number {
  return Math.round((bytes / 1024 / 1024) * 10) / 10
}
