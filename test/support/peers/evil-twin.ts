import { createCertificateAuthority } from './certificate-authority.ts'
import { freePort } from './free-ports.ts'
import { start } from './process.ts'
import type { Running } from './process.ts'
import type { RunFolder } from './run-folder.ts'

/**
 * hostapd's own EAP server with a certificate for the right name, of an authority that is not ours, as any
 * that a device knows would be. It takes every certificate and every password.
 */
export async function startEvilTwin(
  folder: RunFolder,
  serverName: string,
): Promise<Running & { readonly port: number }> {
  const { certFile, keyFile, caFile } = await createCertificateAuthority(
    folder,
    'public-like',
  ).then(async (authority) => ({
    ...(await authority.issue(serverName)),
    caFile: authority.caFile,
  }))
  const port = await freePort()
  const users = folder.write('evil-users', '* TLS,TTLS\n* TTLS-PAP "anything" [2]\n')
  const clients = folder.write('evil-clients', '127.0.0.1 testing123\n')
  const settings = folder.write(
    'evil-twin.conf',
    [
      'driver=none',
      'eap_server=1',
      `eap_user_file=${users}`,
      `radius_server_clients=${clients}`,
      `radius_server_auth_port=${port}`,
      `ca_cert=${caFile}`,
      `server_cert=${certFile}`,
      `private_key=${keyFile}`,
      '',
    ].join('\n'),
  )
  const running = start('evil-twin', ['hostapd', settings], { folder })
  await running.printed(/AP-ENABLED|Setup of interface done|RADIUS/i, 10_000)
  return { ...running, port }
}
