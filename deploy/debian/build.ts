import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { z } from 'zod'

/**
 * `npm run build:deb [FOLDER]`: the Debian package for this machine's processor, in FOLDER (dist/). What
 * it holds is what the image holds (see Dockerfile), Node 24 from its npm package, and the units. The
 * same commit makes the same files; times are those of the commit.
 */
const REPOSITORY = resolve(import.meta.dirname, '../..')
const HERE = import.meta.dirname
const PROGRAM = ['command', 'core', 'db', 'demo', 'dns-filter', 'portal', 'radius-server']
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }
const UNITS = join(REPOSITORY, 'deploy/systemd')
const MAINTAINER = 'Accueil <wifi@example.org>'

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')))
const architecture = ARCHITECTURES[process.arch]
if (architecture === undefined) throw new Error(`there is no package for ${process.arch}`)

const out = resolve(process.argv[2] ?? join(REPOSITORY, 'dist'))
const root = mkdtempSync(join(tmpdir(), 'accueil-deb-'))
try {
  chmodSync(root, 0o755)
  const program = join(root, 'usr/lib/accueil')
  copyProgram(program)
  installPackages(program)
  bringNode(program)
  buildNative(program)
  writeDocs(join(root, 'usr/share/doc/accueil'), program)
  placeUnits()
  placeSettings()
  setModes()
  writeControl()
  mkdirSync(out, { recursive: true })
  const file = join(out, `accueil_${version}_${architecture}.deb`)
  run('dpkg-deb', ['--root-owner-group', '-Zxz', '-z1', '--build', root, file], {
    SOURCE_DATE_EPOCH: commitTime(),
  })
  console.log(`built ${file} (${(statSync(file).size / 1_000_000).toFixed(0)} MB)`)
} finally {
  rmSync(root, { recursive: true, force: true })
}

function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd: string = REPOSITORY,
): string {
  const given = { ...process.env, ...env }
  return execFileSync(program, args, { cwd, env: given, encoding: 'utf8', maxBuffer: 1 << 26 })
}

/** Seconds since 1970; of today outside a repository. */
function commitTime(): string {
  try {
    return run('git', ['log', '-1', '--format=%ct']).trim()
  } catch {
    return String(Math.floor(Date.now() / 1000))
  }
}

function copyProgram(to: string): void {
  mkdirSync(to, { recursive: true })
  for (const name of ['package.json', 'main.ts', 'package-lock.json', ...PROGRAM]) {
    cpSync(join(REPOSITORY, name), join(to, name), { recursive: true, filter: isServed })
  }
}

/** Not the tests, and what they alone use. */
function isServed(path: string): boolean {
  return !/\.test\.ts$|-fixture\.ts$|\/testing(\/|$)/.test(path)
}

function installPackages(to: string): void {
  const omit = ['--omit=dev', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund']
  run('npm', ['ci', ...omit, '--prefer-offline'], {}, to)
  // Of what is there; by the lock alone npm leaves out what a development package needs too.
  run('npm', ['pkg', 'delete', 'devDependencies', 'optionalDependencies'], {}, to)
  writeFileSync(join(to, 'sbom.cdx.json'), run('npm', ['sbom', '--sbom-format=cyclonedx'], {}, to))
  rmSync(join(to, 'package-lock.json'))
  rmSync(join(to, 'node_modules/.package-lock.json'), { force: true })
  rmSync(join(to, 'node_modules/.bin'), { recursive: true, force: true })
  // For who develops with them: declarations, maps, tests, settings of their tools.
  const developers = ['*.{d.ts,d.mts,d.cts,map,sh}', '.[a-z]*', 'test', 'tests']
  for (const name of developers.flatMap((one) => globSync(`node_modules/**/${one}`, { cwd: to }))) {
    rmSync(join(to, name), { recursive: true, force: true })
  }
}

function bringNode(to: string): void {
  mkdirSync(join(to, 'bin'))
  cpSync(process.execPath, join(to, 'bin/node'))
  // What it exports to native modules is kept; the rest of its symbols is a fifth of the file.
  run('strip', ['--strip-unneeded', join(to, 'bin/node')])
}

function buildNative(to: string): void {
  // By the Node whose headers lie beside it.
  run(process.execPath, [join(to, 'command/build-native.ts')], {}, to)
  for (const name of globSync('native/*.node', { cwd: to })) {
    run('strip', ['--strip-unneeded', join(to, name)])
  }
}

function writeDocs(to: string, program: string): void {
  mkdirSync(to, { recursive: true })
  cpSync(join(HERE, 'copyright'), join(to, 'copyright'))
  cpSync(join(REPOSITORY, 'LICENSE'), join(to, 'LICENSE'))
  const ofNode = resolve(dirname(process.execPath), '../LICENSE')
  if (existsSync(ofNode)) cpSync(ofNode, join(to, 'LICENSE.node'))
  for (const name of globSync('*.md', { cwd: join(REPOSITORY, 'docs') })) {
    cpSync(join(REPOSITORY, 'docs', name), join(to, name))
  }
  cpSync(join(REPOSITORY, 'docs/run-books'), join(to, 'run-books'), { recursive: true })
  renameSync(join(program, 'sbom.cdx.json'), join(to, 'sbom.cdx.json'))
  const day = run('date', ['-Ru', `-d@${commitTime()}`], { LC_ALL: 'C' }).trim()
  const entry = `accueil (${version}) stable; urgency=medium\n\n  * See /usr/share/doc/accueil/CHANGELOG.md.gz\n\n -- ${MAINTAINER}  ${day}\n`
  writeFileSync(join(to, 'changelog.gz'), gzipSync(entry, { level: 9 }))
  const changes = readFileSync(join(REPOSITORY, 'CHANGELOG.md'))
  writeFileSync(join(to, 'CHANGELOG.md.gz'), gzipSync(changes, { level: 9 }))
}

function placeUnits(): void {
  const to = join(root, 'lib/systemd/system')
  mkdirSync(join(to, 'accueil-.service.d'), { recursive: true })
  mkdirSync(join(to, 'accueil.service.d'))
  for (const name of globSync('*.service', { cwd: UNITS }))
    cpSync(join(UNITS, name), join(to, name))
  const hardening = 'accueil-.service.d/hardening.conf'
  cpSync(join(UNITS, hardening), join(to, hardening))
  symlinkSync(`../${hardening}`, join(to, 'accueil.service.d/hardening.conf'))
  place('usr/lib/sysusers.d/accueil.conf', 'accueil.sysusers')
}

function placeSettings(): void {
  place('usr/bin/accueil', 'accueil')
  place('usr/sbin/accueil-setup', 'accueil-setup')
  place('etc/accueil/accueil.conf', 'accueil.conf')
  place('usr/share/lintian/overrides/accueil', 'lintian-overrides')
}

function place(path: string, from: string): void {
  const to = join(root, path)
  mkdirSync(dirname(to), { recursive: true })
  cpSync(join(HERE, from), to)
}

function setModes(): void {
  run('chmod', ['-R', 'u=rwX,go=rX', root])
  run('find', [root, '-type', 'f', '-exec', 'chmod', '0644', '{}', '+'])
  for (const path of ['usr/bin/accueil', 'usr/sbin/accueil-setup', 'usr/lib/accueil/bin/node']) {
    chmodSync(join(root, path), 0o755)
  }
}

function writeControl(): void {
  const to = join(root, 'DEBIAN')
  mkdirSync(to)
  const size = Number(run('du', ['-sk', root]).split('\t')[0])
  writeFileSync(
    join(to, 'control'),
    [
      'Package: accueil',
      `Version: ${version}`,
      `Architecture: ${architecture}`,
      `Maintainer: ${MAINTAINER}`,
      `Installed-Size: ${size}`,
      'Depends: libc6 (>= 2.36), libgcc-s1, libstdc++6 (>= 12), systemd (>= 252)',
      'Recommends: postgresql (>= 15), ca-certificates',
      'Section: net',
      'Priority: optional',
      'Homepage: https://accueil.example.org',
      'Description: Wi-Fi hotspot back end with portal, RADIUS, filtering DNS and legal log',
      ' The centre of a guest Wi-Fi with very many small places: terms of use in the',
      " guest's language, 802.1X for staff, a DNS resolver that filters, and the log of",
      ' connections that the law asks for. Run accueil-setup after the installation.',
      '',
    ].join('\n'),
  )
  writeFileSync(join(to, 'conffiles'), '/etc/accueil/accueil.conf\n')
  for (const script of ['postinst', 'prerm', 'postrm']) {
    cpSync(join(HERE, script), join(to, script))
    chmodSync(join(to, script), 0o755)
  }
  const sums = run(
    'find',
    ['etc', 'lib', 'usr', '-type', 'f', '-exec', 'md5sum', '{}', '+'],
    {},
    root,
  )
  writeFileSync(join(to, 'md5sums'), sums)
  for (const file of ['control', 'conffiles', 'md5sums']) chmodSync(join(to, file), 0o644)
}
