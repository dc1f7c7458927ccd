import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readCertificates, readRevocationList } from './certificates.ts'

const FOLDER = join(import.meta.dirname, '../../test/vectors/pki')
const file = (name: string): Buffer => readFileSync(join(FOLDER, name))

function issuer(kind: string): NonNullable<ReturnType<typeof readCertificates>>[number] {
  const [certificate] = readCertificates(file(`${kind}-ca.pem`)) ?? []
  if (certificate === undefined) throw new Error('there is no certificate in the file')
  return certificate
}

test.each(['ec', 'rsa'])(
  'a list signed by the authority (%s) is read, as PEM and as DER',
  (kind) => {
    const serials = ['A1B2', '7F00000000000000000000000000000001']
    const pem = file(`${kind}.crl`)
    expect(readRevocationList(pem, issuer(kind))).toEqual(serials)
    const der = Buffer.from(pem.toString().replaceAll(/-----[^-]+-----/g, ''), 'base64')
    expect(readRevocationList(der, issuer(kind))).toEqual(serials)
  },
)

test('a list of another authority, altered or broken is refused', () => {
  const pem = file('ec.crl').toString()
  expect(readRevocationList(file('rsa.crl'), issuer('ec'))).toBeNull()
  const der = Buffer.from(pem.replaceAll(/-----[^-]+-----/g, ''), 'base64')
  const at = der.indexOf(Buffer.from('a1b2', 'hex'))
  der[at] = 0x51
  expect(readRevocationList(der, issuer('ec'))).toBeNull()
  expect(readRevocationList(Buffer.from('no list'), issuer('ec'))).toBeNull()
})

test('a file without certificates, or with a broken one, is none', () => {
  expect(readCertificates(file('ec.crl'))).toBeNull()
  const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'
  expect(readCertificates(Buffer.from(broken))).toBeNull()
  expect(readCertificates(Buffer.concat([file('ec-ca.pem'), file('rsa-ca.pem')]))).toHaveLength(2)
})
