import { createPublicKey } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { AppError } from '#core/error.ts'

/**
 * A key that stays on a PKCS #11 token, as RFC 7512 writes it; kept, sealed, where the key itself would be.
 * `x-public` is ours: what the token would have to be asked for each time.
 */
export interface TokenKey {
  /** CKA_LABEL of the token. */
  readonly token: string
  /** CKA_LABEL of the key. */
  readonly object: string
  /** CKA_ID of the key, lower-case hexadecimal digits: by it the key is found. */
  readonly id: string
  /** The shared library that speaks to it. */
  readonly modulePath: string
  /** File with the PIN of the user, and nothing else. */
  readonly pinFile: string
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array
}

/** A token on which a key can be made. */
export type TokenPlace = Omit<TokenKey, 'object' | 'id' | 'publicKey'>

const SCHEME = 'pkcs11:'

export function isTokenKey(key: string): boolean {
  return key.startsWith(SCHEME)
}

export function writeTokenKey(key: TokenKey): string {
  const said = (text: string): string => encodeURIComponent(text)
  const query = `module-path=${said(key.modulePath)}&pin-source=${said(`file:${key.pinFile}`)}`
  const own = `x-public=${Buffer.from(key.publicKey).toString('base64url')}`
  const id = key.id.replaceAll(/../g, '%$&')
  return `${SCHEME}token=${said(key.token)};object=${said(key.object)};id=${id}?${query}&${own}`
}

/** What `writeTokenKey` has written. */
export function readTokenKey(uri: string): TokenKey {
  const { path, query } = partsOf(uri)
  const publicKey = Buffer.from(query.get('x-public') ?? '', 'base64url')
  // Throws where it is none.
  createPublicKey({ key: publicKey, type: 'spki', format: 'der' })
  const id = (path.get('id') ?? '').replaceAll('%', '')
  return { ...placeOf(path, query), object: path.get('object') ?? '', id, publicKey }
}

/** `pkcs11:token=NAME?module-path=FILE&pin-source=file:FILE`, as an operator gives it. */
export function readTokenPlace(uri: string): TokenPlace {
  const { path, query } = partsOf(uri)
  const place = placeOf(path, query)
  const problem = problemOf(place)
  if (problem !== null) {
    throw new AppError(
      'token',
      `${problem}; write pkcs11:token=NAME?module-path=/usr/lib/…/MODULE.so&pin-source=file:/etc/accueil/credentials/PIN`,
    )
  }
  return place
}

function problemOf({ token, modulePath, pinFile }: TokenPlace): string | null {
  if (token === '') return 'the name of the token is missing'
  if (!modulePath.startsWith('/') || !existsSync(modulePath)) {
    return `module-path is no file of this machine ("${modulePath}")`
  }
  if (!pinFile.startsWith('/') || !existsSync(pinFile)) {
    return `pin-source is no file of this machine ("${pinFile}")`
  }
  return null
}

export function pinOf({ pinFile }: TokenPlace): string {
  return readFileSync(pinFile, 'utf8').trimEnd()
}

function placeOf(
  path: ReadonlyMap<string, string>,
  query: ReadonlyMap<string, string>,
): TokenPlace {
  return {
    token: path.get('token') ?? '',
    modulePath: query.get('module-path') ?? '',
    pinFile: (query.get('pin-source') ?? '').replace(/^file:(\/\/)?/, ''),
  }
}

function partsOf(uri: string): {
  readonly path: ReadonlyMap<string, string>
  readonly query: ReadonlyMap<string, string>
} {
  if (!isTokenKey(uri)) throw new AppError('token', `"${uri.slice(0, 40)}" is no pkcs11: URI`)
  const [path = '', query = ''] = uri.slice(SCHEME.length).split('?')
  return { path: attributesOf(path, ';'), query: attributesOf(query, '&') }
}

function attributesOf(text: string, separator: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(separator).map((one) => [
      one.slice(0, one.indexOf('=')),
      // Octets, and no text.
      one.startsWith('id=') ? one.slice(3) : decodeURIComponent(one.slice(one.indexOf('=') + 1)),
    ]),
  )
}
