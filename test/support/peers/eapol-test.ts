import { run } from './process.ts'
import type { RunFolder } from './run-folder.ts'
import { ttlsPap } from './wpa-supplicant.ts'

export interface EapolTest {
  readonly success: boolean
  /** "MPPE keys OK" of its last lines: the keys of both ends are the same. */
  readonly keysMatch: boolean
  readonly tlsVersion: string | null
  readonly output: string
}

/** One EAP-TTLS/PAP authentication by Debian's eapol_test. */
export async function eapolTest(o: {
  readonly folder: RunFolder
  readonly port: number
  readonly secret: string
  readonly identity: string
  readonly password: string
  readonly caFile: string
  readonly tls: '1.2' | '1.3'
  readonly fragmentSize?: number
  /** More arguments of eapol_test, such as RADIUS attributes to send (`-N`). */
  readonly arguments?: readonly string[]
}): Promise<EapolTest> {
  const phase1 = o.tls === '1.2' ? 'tls_disable_tlsv1_3=1' : 'tls_disable_tlsv1_3=0'
  const extra = [
    `phase1="${phase1}"`,
    ...(o.fragmentSize === undefined ? [] : [`fragment_size=${o.fragmentSize}`]),
  ]
  const settings = o.folder.write('eapol_test.conf', `network={\n${ttlsPap({ ...o, extra })}\n}\n`)
  const command = ['eapol_test', '-c', settings, '-a', '127.0.0.1', '-p', `${o.port}`]
  const done = await run([...command, '-s', o.secret, '-t', '15', ...(o.arguments ?? [])], {
    timeoutMs: 30_000,
  })
  const output = done.stdout + done.stderr
  o.folder.write('eapol_test.log', output)
  return {
    success: done.code === 0 && /^SUCCESS$/m.test(output),
    keysMatch: /^MPPE keys OK: 1 {2}mismatch: 0$/m.test(output),
    tlsVersion: /SSL: Using TLS version (TLSv[\d.]+)/.exec(output)?.[1] ?? null,
    output,
  }
}
