import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readConfig } from './config.ts'
import { CREDENTIALS, withCredentials } from './credentials.ts'

const folder = mkdtempSync(join(tmpdir(), 'accueil-credentials-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a secret in a file of CREDENTIALS_DIRECTORY', () => {
  const env = { CREDENTIALS_DIRECTORY: folder, ACCUEIL_PUBLIC_URL: 'http://localhost' }

  test('stands for the variable of its name, without the end of its line', () => {
    writeFileSync(join(folder, 'DATABASE_URL'), 'postgres://accueil@db.example/accueil\n')
    writeFileSync(join(folder, 'ACCUEIL_MASTER_KEY'), `${'ab'.repeat(32)}\n`)
    const read = readConfig(withCredentials(env))
    expect(read).toMatchObject({
      ok: true,
      config: {
        databaseUrl: 'postgres://accueil@db.example/accueil',
        masterKey: new Uint8Array(32).fill(0xab),
      },
    })
  })

  test('gives way to a variable that says something, not to an empty one', () => {
    const said = withCredentials({ ...env, DATABASE_URL: 'postgres://own', ACCUEIL_MASTER_KEY: '' })
    expect(said['DATABASE_URL']).toBe('postgres://own')
    expect(said['ACCUEIL_MASTER_KEY']).toBe('ab'.repeat(32))
  })

  test('is not needed: an absent file is a secret that is not given', () => {
    expect(withCredentials(env)['LDAP_BIND_PASSWORD']).toBeUndefined()
    expect(withCredentials({ HOME: '/' })).toEqual({ HOME: '/' })
  })

  test('that cannot be read is told, with its name and not what is in it', () => {
    mkdirSync(join(folder, 'OIDC_CLIENT_SECRET'))
    expect(() => withCredentials(env)).toThrow(/OIDC_CLIENT_SECRET cannot be read/)
    rmSync(join(folder, 'OIDC_CLIENT_SECRET'), { recursive: true })
  })

  test('may be any variable that the configuration never shows', () => {
    for (const name of CREDENTIALS) {
      const read = readConfig({ [name]: 'x', ACCUEIL_PUBLIC_URL: 'nonsense' })
      expect(read.ok ? [] : read.problems.join('\n')).not.toContain('"x"')
    }
  })
})
