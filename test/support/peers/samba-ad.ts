import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CertificateAuthority } from './certificate-authority.ts'
import { eventually, must, run, start } from './process.ts'
import type { Running } from './process.ts'
import type { RunFolder } from './run-folder.ts'

export interface SambaAd extends AsyncDisposable {
  readonly running: Running
  /** `samba-tool …` on its database. */
  tool(...args: readonly string[]): Promise<string>
}

export const SAMBA_AD = {
  realm: 'rdc.test',
  domain: 'RDC',
  baseDn: 'DC=rdc,DC=test',
  bindDn: 'accueil@rdc.test',
  bindPassword: 'Let-Me-Look-1',
  adminPassword: 'Admin-Of-All-1',
  /** What its certificate says; it must resolve to this machine. */
  host: 'localhost',
} as const

/** A domain controller of Samba, on ports 389 and 636 of the loopback; takes about fifteen seconds. */
export async function startSambaAd(
  folder: RunFolder,
  authority: CertificateAuthority,
): Promise<SambaAd> {
  const home = folder.fresh('samba')
  const { certFile, keyFile } = await authority.issue(SAMBA_AD.host)
  await must(
    [
      ...['samba-tool', 'domain', 'provision', `--realm=${SAMBA_AD.realm.toUpperCase()}`],
      ...[`--domain=${SAMBA_AD.domain}`, '--server-role=dc', '--dns-backend=NONE'],
      ...[`--adminpass=${SAMBA_AD.adminPassword}`, `--targetdir=${home}`],
      ...['--option=interfaces=lo', '--option=bind interfaces only=yes'],
    ],
    { timeoutMs: 180_000 },
  )
  const settings = join(home, 'etc/smb.conf')
  const written = readFileSync(settings, 'utf8').replace(
    '[global]',
    `[global]
	tls enabled = yes
	tls certfile = ${certFile}
	tls keyfile = ${keyFile}
	tls cafile = ${authority.caFile}
	server services = ldap, cldap, kdc
	log level = 1`,
  )
  writeFileSync(settings, written)
  const configured = ['-s', settings]
  const running = start('samba', ['samba', '-i', ...configured, '-M', 'single'], { folder })
  await eventually(
    'Samba answers',
    async () => {
      if (!running.alive()) throw new Error(`samba ended:\n${running.output()}`)
      const asked = ['ldapsearch', '-x', '-H', 'ldap://127.0.0.1:389', '-s', 'base', '-b', '']
      return (await run(asked)).code === 0
    },
    60_000,
  )
  return {
    running,
    tool: (...args) => must(['samba-tool', ...args, ...configured], { timeoutMs: 60_000 }),
    async [Symbol.asyncDispose]() {
      await running.stop()
      rmSync(home, { recursive: true, force: true })
    },
  }
}
