import { execFile } from 'node:child_process'
import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto'
import { AppError, reasonOf } from '#core/error.ts'
import { createGate } from '#core/gate.ts'
import { pinOf } from './token-key.ts'
import type { TokenKey, TokenPlace } from './token-key.ts'

/**
 * A token is spoken to by OpenSC's `pkcs11-tool`, a program call of some 12 ms for each signature: an authority signs
 * when a device enrols, not when one logs in, and the module of a maker is then no part of this process.
 */
const TOKEN_LIMITS = {
  /** At once; tokens have few sessions. */
  running: 2,
  /** A page of enrolments; who comes then is told to try again. */
  waiting: 64,
  answerMs: 10_000,
} as const

const ID_BYTES = 8
const PROGRAM = 'pkcs11-tool'
const PIN_VARIABLE = 'ACCUEIL_TOKEN_PIN'

const gate = createGate(TOKEN_LIMITS)

/** ECDSA with SHA-256 by a P-256 key: r and s, 32 octets each. Rejects with an AppError `token`. */
export async function signOnToken(key: TokenKey, data: Uint8Array): Promise<Uint8Array> {
  const digest = createHash('sha256').update(data).digest()
  const args = ['--sign', '--mechanism', 'ECDSA', '--id', key.id]
  const signature = await ask(key, args, digest)
  if (signature.length !== 64) {
    throw away(key, `it gave ${signature.length} octets where a signature has 64`)
  }
  return signature
}

/** Makes a P-256 key that never leaves the token. Rejects with an AppError `token`. */
export async function makeOnToken(place: TokenPlace, object: string): Promise<TokenKey> {
  // The tool finds a private key by its id, whatever label it is told.
  const id = randomBytes(ID_BYTES).toString('hex')
  const made = ['--keypairgen', '--key-type', 'EC:prime256v1', '--label', object, '--id', id]
  await ask(place, [...made, '--usage-sign', '--sensitive'], Buffer.alloc(0))
  const read = ['--read-object', '--type', 'pubkey', '--id', id]
  const publicKey = await ask(place, read, Buffer.alloc(0))
  const key = { ...place, object, id, publicKey }
  await prove(key)
  return key
}

/** A token that gives another key's signature would be found out by those who were to be let in. */
async function prove(key: TokenKey): Promise<void> {
  const data = randomBytes(32)
  const publicKey = createPublicKey({
    key: Buffer.from(key.publicKey),
    type: 'spki',
    format: 'der',
  })
  const signature = await signOnToken(key, data)
  const isRight = verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)
  if (!isRight) throw away(key, 'what it signed is not by the key that it made')
}

async function ask(
  place: TokenPlace,
  args: readonly string[],
  input: Uint8Array,
): Promise<Uint8Array> {
  const asked = gate.run(() => call(place, args, input))
  if (asked === null) throw away(place, 'too many wait for it')
  return asked
}

function call(place: TokenPlace, args: readonly string[], input: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const login = ['--login', '--pin', `env:${PIN_VARIABLE}`]
    const to = ['--module', place.modulePath, '--token-label', place.token, ...login]
    let pin: string
    try {
      pin = pinOf(place)
    } catch (thrown) {
      reject(away(place, reasonOf(thrown)))
      return
    }
    const child = execFile(
      PROGRAM,
      [...to, ...args],
      {
        encoding: 'buffer',
        timeout: TOKEN_LIMITS.answerMs,
        // In the environment and not among the arguments, which everybody on the machine can read.
        env: { ...process.env, [PIN_VARIABLE]: pin },
      },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout)
        else reject(away(place, saidOf(error, stderr), error))
      },
    )
    // Where it has ended already, its exit code tells.
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
}

function saidOf(error: Error & { readonly code?: unknown }, stderr: Uint8Array): string {
  if (error.code === 'ENOENT') return `${PROGRAM} is not there; install the package opensc`
  const lines = Buffer.from(stderr).toString('utf8').trim().split('\n')
  const told = lines.find((line) => /error|CKR_|No slot|not found/i.test(line)) ?? lines.at(-1)
  return told === undefined || told === '' ? `no answer in ${TOKEN_LIMITS.answerMs / 1000} s` : told
}

function away({ token }: TokenPlace, reason: string, cause?: unknown): AppError {
  return new AppError('token', `the token ${token} did not sign: ${reason}`, { cause })
}
