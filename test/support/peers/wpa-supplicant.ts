import { must, start } from './process.ts'
import type { Namespace } from './namespaces.ts'
import type { Running } from './process.ts'
import type { RunFolder } from './run-folder.ts'

export interface Supplicant extends Running {
  /** Sends EAPOL-Logoff, as a laptop does when its person leaves the network. */
  logoff(): Promise<void>
}

export interface SupplicantOptions {
  readonly folder: RunFolder
  readonly namespace: Namespace
  readonly device: string
  readonly identity: string
  readonly password: string
  readonly caFile: string
}

export async function startSupplicant(o: SupplicantOptions): Promise<Supplicant> {
  const control = o.folder.fresh('wpa-control')
  const settings = o.folder.write(
    'wpa_supplicant.conf',
    `ctrl_interface=${control}
ap_scan=0
network={
${ttlsPap(o)}
}
`,
  )
  const running = start(
    'wpa_supplicant',
    ['wpa_supplicant', '-D', 'wired', '-i', o.device, '-c', settings, '-d'],
    { folder: o.folder, namespace: o.namespace.name },
  )
  return {
    ...running,
    async logoff() {
      const asked = ['wpa_cli', '-p', control, '-i', o.device, 'logoff']
      await must(asked, { namespace: o.namespace.name })
    },
  }
}

/** A network block of wpa_supplicant and eapol_test: EAP-TTLS with PAP inside, the CA pinned. */
export function ttlsPap(o: {
  readonly identity: string
  readonly password: string
  readonly caFile: string
  /** The outer identity. */
  readonly anonymous?: string
  readonly extra?: readonly string[]
}): string {
  return [
    'key_mgmt=IEEE8021X',
    'eapol_flags=0',
    'eap=TTLS',
    `anonymous_identity="${o.anonymous ?? 'anonymous'}"`,
    `identity="${o.identity}"`,
    `password="${o.password}"`,
    'phase2="auth=PAP"',
    `ca_cert="${o.caFile}"`,
    ...(o.extra ?? []),
  ]
    .map((line) => `  ${line}`)
    .join('\n')
}
