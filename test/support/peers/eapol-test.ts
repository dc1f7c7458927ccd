import { run } from './process.ts'
import type { RunFolder } from './run-folder.ts'
import { ttlsPap } from './wpa-supplicant.ts'

export interface EapolTest {
  /** All of its authentications, where it was told to authenticate again. */
  readonly success: boolean
  /** "MPPE keys OK" of its last lines: the keys of both ends are the same, at each authentication. */
  readonly keysMatch: boolean
  readonly tlsVersion: string | null
  /** How many TLS handshakes were abbreviated ones. */
  readonly resumed: number
  readonly output: string
}

export interface EapolTestOptions {
  readonly folder: RunFolder
  readonly port: number
  readonly secret: string
  /** Lines of wpa_supplicant's network block. */
  readonly network: readonly string[]
  /** How often it authenticates again after the first time. */
  readonly again?: number
  /** More arguments of eapol_test, such as RADIUS attributes to send (`-N`) or its address (`-M`). */
  readonly arguments?: readonly string[]
  /** Of each authentication, where a relay holds its packets for longer than usual. */
  readonly patienceSeconds?: number
}

/** Of each authentication; while a relay holds its packets it must go on waiting. */
const TIMEOUT_SECONDS = 45

/** One run of Debian's eapol_test, wpa_supplicant's EAP peer and a gateway in one. */
export async function eapolRun(o: EapolTestOptions): Promise<EapolTest> {
  const block = ['key_mgmt=IEEE8021X', 'eapol_flags=0', ...o.network].join('\n  ')
  const settings = o.folder.write('eapol_test.conf', `network={\n  ${block}\n}\n`)
  const command = ['eapol_test', '-c', settings, '-a', '127.0.0.1', '-p', `${o.port}`]
  const again = o.again ?? 0
  const patience = o.patienceSeconds ?? TIMEOUT_SECONDS
  const rest = ['-s', o.secret, '-t', `${patience}`, '-r', `${again}`, ...(o.arguments ?? [])]
  const done = await run([...command, ...rest], {
    timeoutMs: (again + 1) * patience * 1000,
  })
  const output = done.stdout + done.stderr
  o.folder.write('eapol_test.log', output)
  const keys = `^MPPE keys OK: ${1 + again} {2}mismatch: 0$`
  return {
    success: done.code === 0 && /^SUCCESS$/m.test(output),
    keysMatch: new RegExp(keys, 'm').test(output),
    tlsVersion: /SSL: Using TLS version (TLSv[\d.]+)/.exec(output)?.[1] ?? null,
    // With TLS 1.3 it says so more than once a handshake.
    resumed: output
      .split('CTRL-EVENT-EAP-STARTED')
      .filter((one) => one.includes('OpenSSL: Handshake finished - resumed=1')).length,
    output,
  }
}

/** One EAP-TTLS/PAP authentication. */
export async function eapolTest(o: {
  readonly folder: RunFolder
  readonly port: number
  readonly secret: string
  readonly identity: string
  readonly password: string
  readonly caFile: string
  readonly tls: '1.2' | '1.3'
  readonly fragmentSize?: number
  readonly arguments?: readonly string[]
}): Promise<EapolTest> {
  const phase1 = o.tls === '1.2' ? 'tls_disable_tlsv1_3=1' : 'tls_disable_tlsv1_3=0'
  const extra = [
    `phase1="${phase1}"`,
    ...(o.fragmentSize === undefined ? [] : [`fragment_size=${o.fragmentSize}`]),
  ]
  return eapolRun({ ...o, network: [ttlsPap({ ...o, extra })] })
}
