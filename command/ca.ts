import { X509Certificate } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  describeAuthority,
  installIssuing,
  moveServerFrom,
  requestIssuing,
  rotateAuthority,
} from '#db/authority-changes.ts'
import { readTokenPlace } from '#core/pki/token-key.ts'
import type { TokenPlace } from '#core/pki/token-key.ts'
import { issueGatewayCertificate } from '#db/gateway-certificate.ts'
import { servingGeneration } from '#db/own-authority.ts'
import { cliActor } from './apply.ts'
import { requireMigrated, requireOwner, withHouse } from './house.ts'
import type { House } from './house.ts'
import { UsageError } from './run.ts'

const text = { type: 'string' } as const

export async function runCa(args: readonly string[]): Promise<number> {
  const [verb, ...rest] = args
  const verbs: Readonly<Record<string, (args: string[]) => Promise<number>>> = {
    show,
    rotate,
    move,
    csr,
    install,
    gateway,
  }
  const run = verbs[verb ?? '']
  if (run === undefined) throw new UsageError('say show, rotate, move, csr, install or gateway')
  return run(rest)
}

async function show(args: string[]): Promise<number> {
  parseArgs({ args, options: {} })
  const all = await withOwnHouse('ca show', ({ database, seal }) =>
    describeAuthority(database, seal),
  )
  const serving = servingGeneration(all, Date.now())
  for (const one of all) {
    const root = new X509Certificate(one.rootPem)
    const state =
      one === serving
        ? 'the server shows a certificate of it'
        : one.serverFrom.getTime() > Date.now()
          ? `the server goes over to it on ${dayOf(one.serverFrom)}`
          : 'former'
    console.log(`${one.generation}  ${state}`)
    console.log(
      `   root      ${root.subject.replaceAll('\n', ', ')}, until ${dayOf(root.validToDate)}`,
    )
    console.log(`   sha256    ${root.fingerprint256}`)
    console.log(`   root key  ${one.isOurs ? keptIn(one.rootToken) : 'of the authority above'}`)
    console.log(`   issuing   ${keptIn(one.issuingToken)}`)
    console.log(`   devices   ${one.devices}`)
  }
  if (all.length === 0) {
    console.log(
      'There is no certificate authority yet: the RADIUS server makes it at its first start.',
    )
  }
  return 0
}

async function rotate(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { 'server-from': text, token: text } })
  const serverFrom = readDate(values['server-from'])
  const token = placeOf(values.token)
  const done = await withOwnHouse('ca rotate', ({ database, seal }) =>
    rotateAuthority(database, seal, { now: Date.now(), serverFrom, actor: cliActor(), ...token }),
  )
  tell(done)
  return 0
}

async function move(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { 'server-from': text },
  })
  const [written = '', ...others] = positionals
  if (!/^[1-9]\d{0,5}$/.test(written) || others.length > 0) {
    throw new UsageError('give the number of one generation, as accueil ca show has it')
  }
  const serverFrom = readDate(values['server-from'])
  if (serverFrom === null) throw new UsageError('--server-from is missing')
  const done = await withOwnHouse('ca move', ({ database }) =>
    moveServerFrom(database, { generation: Number(written), serverFrom, actor: cliActor() }),
  )
  tell(done)
  return 0
}

async function csr(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { out: text, token: text } })
  const { token } = placeOf(values.token)
  const request = await withOwnHouse('ca csr', ({ database, seal }) =>
    requestIssuing(database, seal, cliActor(), token),
  )
  if (values.out === undefined) console.log(request.trimEnd())
  else {
    writeFileSync(values.out, request)
    console.log(`${values.out}: have it signed as an authority, then run accueil ca install FILE`)
  }
  return 0
}

async function install(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { 'server-from': text },
  })
  const [file, ...others] = positionals
  if (file === undefined || others.length > 0) throw new UsageError('give one file')
  if (!existsSync(file)) throw new UsageError(`there is no file ${file}`)
  const serverFrom = readDate(values['server-from'])
  const pem = readFileSync(file, 'utf8')
  const done = await withOwnHouse('ca install', ({ database, seal }) =>
    installIssuing(database, seal, { pem, now: Date.now(), serverFrom, actor: cliActor() }),
  )
  tell(done)
  return 0
}

async function gateway(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { out: text },
  })
  const [name, ...others] = positionals
  if (name === undefined || others.length > 0) throw new UsageError('give the name of one gateway')
  const folder = values.out
  if (folder === undefined) throw new UsageError('--out is missing: a folder for the files')
  const made = await withOwnHouse('ca gateway', ({ database, seal }) =>
    issueGatewayCertificate(database, seal, { gateway: name, now: Date.now(), actor: cliActor() }),
  )
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'radsec.pem'), made.certificate)
  writeFileSync(join(folder, 'radsec.key'), made.key, { mode: 0o600 })
  writeFileSync(join(folder, 'radsec-roots.pem'), made.roots)
  console.log(`${folder}: radsec.pem, radsec.key and radsec-roots.pem for ${name}.`)
  console.log(`Declare it: radsec: { certificate: "sha256:${made.sha256}" }`)
  return 0
}

function tell(done: {
  readonly generation: number
  readonly serverFrom: Date
  readonly left: number
}): void {
  console.log(
    `Generation ${done.generation}: devices that enrol or renew from now on trust it too.`,
  )
  console.log(`The server goes over to it on ${dayOf(done.serverFrom)}.`)
  if (done.left === 0) return
  console.log(
    `${done.left} devices would still not know it then; their owners are told on the page of their devices. A later --server-from leaves them more time.`,
  )
}

function keptIn(token: string | null): string {
  return token === null ? 'of the house, sealed' : `on the token ${token}`
}

function placeOf(uri: string | undefined): { readonly token?: TokenPlace } {
  return uri === undefined ? {} : { token: readTokenPlace(uri) }
}

function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10)
}

function readDate(written: string | undefined): number | null {
  if (written === undefined) return null
  const at = new Date(`${written}T00:00:00Z`)
  if (!Number.isNaN(at.getTime()) && at.toISOString().startsWith(`${written}T`)) return at.getTime()
  throw new UsageError(`--server-from "${written}" is not a date such as 2027-06-30`)
}

function withOwnHouse<T>(name: string, use: (house: House) => Promise<T>): Promise<T> {
  return withHouse(name, async (house) => {
    await requireMigrated(house.database)
    await requireOwner(house.database)
    return use(house)
  })
}
