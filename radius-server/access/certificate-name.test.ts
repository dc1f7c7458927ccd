import { X509Certificate } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import type { StoredCertificate } from '#db/certificates.ts'
import { makeCertificateAuthority } from '../testing/certificates.ts'
import { makeDevice } from '../testing/devices.ts'
import type { DeviceOptions } from '../testing/devices.ts'
import { certificateName } from './certificate-name.ts'

let ca: StoredCertificate
beforeAll(async () => {
  ca = await makeCertificateAuthority(Date.now())
})

async function nameOf(
  from: 'cn' | 'email' | 'dns' | 'upn',
  names: Omit<DeviceOptions, 'now'>,
): Promise<string | null> {
  const { certPem } = await makeDevice(ca, { ...names, now: Date.now() })
  return certificateName(new X509Certificate(certPem), from)
}

const ALL = {
  cn: ['Bob'],
  email: ['Bob@example.org'],
  dns: ['laptop.example.org'],
  upn: 'BOB@rdc.test',
}

test.each([
  ['cn', 'bob'],
  ['email', 'bob@example.org'],
  ['dns', 'laptop.example.org'],
  ['upn', 'bob@rdc.test'],
] as const)('the name is where its CA says: %s', async (from, name) => {
  expect(await nameOf(from, ALL)).toBe(name)
})

test('of two names none is taken, and none of another kind', async () => {
  expect(await nameOf('cn', { cn: ['bob', 'ann'] })).toBeNull()
  expect(await nameOf('email', { cn: ['bob'], dns: ['bob@example.org'] })).toBeNull()
  expect(await nameOf('upn', { email: ['bob@example.org'] })).toBeNull()
  expect(await nameOf('dns', { dns: ['a.example.org', 'b.example.org'] })).toBeNull()
})

test('a name that would not be one in a log is none', async () => {
  for (const cn of ['', ' ', 'bob\nann', 'x'.repeat(201)]) {
    expect(await nameOf('cn', { cn: [cn] })).toBeNull()
  }
  // What looks like two fields where a subject is printed is one name here.
  expect(await nameOf('cn', { cn: ['eve, CN=bob'] })).toBe('eve, cn=bob')
})
