import { makePkcs12 } from '#core/pki/pkcs12.ts'
import { makeSignedData } from '#core/pki/signed-data.ts'
import type { EnrolmentServices } from './enrolment-services.ts'
import { appleProfile } from './profiles/apple.ts'
import { openNetworkConfiguration } from './profiles/chrome-os.ts'
import { eapConfig } from './profiles/eap-config.ts'
import { networkManagerScript } from './profiles/network-manager.ts'
import { bytes, fileName } from './profiles/profile.ts'
import type { ProfileCredential, ProfileFile, StaffNetwork } from './profiles/profile.ts'
import { windowsInstaller } from './profiles/windows.ts'
import type { ProfileWay } from './ways.ts'

export interface ProfileDeps {
  readonly signer: EnrolmentServices['signer']
  readonly now: number
}

/** The file that sets up the network on one kind of system. */
export async function makeProfile(
  way: ProfileWay,
  network: StaffNetwork,
  credential: ProfileCredential,
  { signer, now }: ProfileDeps,
): Promise<ProfileFile> {
  const text = (end: string, type: string, content: string): ProfileFile => ({
    ...{ name: fileName(network, end), type, content: bytes(content) },
  })
  switch (way) {
    case 'apple': {
      const profile = bytes(appleProfile(network, credential))
      const by = await signer()
      const content =
        by === null ? profile : await makeSignedData(profile, by.pem + by.chainPem, by.keyPem, now)
      const type = 'application/x-apple-aspen-config'
      return { name: fileName(network, 'mobileconfig'), type, content }
    }
    case 'windows':
      return text('cmd', 'application/octet-stream', windowsInstaller(network, credential))
    case 'android':
      return text('eap-config', 'application/eap-config', eapConfig(network, credential))
    case 'chromeos':
      return text('onc', 'application/x-onc', openNetworkConfiguration(network, credential))
    case 'linux':
      return text('sh', 'text/x-shellscript', networkManagerScript(network, credential))
  }
}

/** A key with its certificate, for a system that we have no profile for. */
export function pkcs12File(
  network: StaffNetwork,
  credential: Extract<ProfileCredential, { kind: 'certificate' }>,
): ProfileFile {
  const { certificatePem, chainPem, keyPem, passphrase } = credential
  const name = `${network.organisation} Wi-Fi`
  return {
    name: fileName(network, 'p12'),
    type: 'application/x-pkcs12',
    content: makePkcs12({ certificatePem, chainPem, keyPem, passphrase, name }, 'modern'),
  }
}
