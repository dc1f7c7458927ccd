import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/folder.ts'
import { cryptoEngine, publicKeyOf, signingKey } from './keys.ts'
import { isTokenKey, readTokenKey, readTokenPlace, writeTokenKey } from './token-key.ts'

const publicKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
  type: 'spki',
  format: 'der',
})
const KEY = {
  token: 'Autorité; n° 1?',
  object: 'accueil-issuing-2-00ff',
  id: '0a25ff00',
  modulePath: '/usr/lib/softhsm/libsofthsm2.so',
  pinFile: '/etc/accueil/credentials/a pin',
  publicKey,
}

test('a key on a token is written as RFC 7512 has it, and read as it was', () => {
  const uri = writeTokenKey(KEY)
  expect(isTokenKey(uri)).toBe(true)
  expect(uri).toMatch(
    /^pkcs11:token=[^;]+;object=accueil-issuing-2-00ff;id=%0a%25%ff%00\?module-path=/,
  )
  expect(readTokenKey(uri)).toEqual(KEY)
  expect(publicKeyOf(uri)).toEqual(publicKey)
})

test('an operator is told what is wrong with a place for keys', () => {
  using folder = temporaryFolder({ 'm.so': '', pin: '1234\n' })
  const [module, pin] = [folder.file('m.so'), folder.file('pin')]
  expect(readTokenPlace(`pkcs11:token=A?module-path=${module}&pin-source=file:${pin}`)).toEqual({
    ...{ token: 'A', modulePath: module, pinFile: pin },
  })
  for (const [uri, problem] of [
    ['pkcs11:object=x?module-path=/m&pin-source=/p', 'the name of the token is missing'],
    [`pkcs11:token=A?pin-source=file:${pin}`, 'module-path is no file'],
    [`pkcs11:token=A?module-path=${module}`, 'pin-source is no file'],
    ['/usr/lib/module.so', 'is no pkcs11: URI'],
  ] as const) {
    expect(() => readTokenPlace(uri)).toThrow(problem)
  }
})

test('a token that is not there is a sentence that names it', async () => {
  using folder = temporaryFolder({ pin: '1234\n' })
  const uri = writeTokenKey({
    ...KEY,
    token: 'Away',
    modulePath: `${folder.path}/none.so`,
    pinFile: folder.file('pin'),
  })
  const signing = cryptoEngine().sign(
    { name: 'ECDSA', hash: 'SHA-256' },
    await signingKey(uri),
    new Uint8Array(3),
  )
  await expect(signing).rejects.toMatchObject({
    code: 'token',
    message: expect.stringMatching(/^the token Away did not sign: ./),
  })
})
