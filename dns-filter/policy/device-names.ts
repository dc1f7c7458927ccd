import { PROBE_HOSTS } from '#core/probe-hosts.ts'

/**
 * What a device asks to find out whether it is on the internet, and the time. A phone that cannot reach
 * these does not find the portal, or believes it is not connected; one with the wrong time can check no
 * certificate. From the systems' own documentation; collected in November 2026.
 */
export const DEVICE_CHECKS: readonly string[] = [
  ...PROBE_HOSTS,
  // Asked by name only, or over TLS: the portal has no answer for them.
  ...['dns.msftncsi.com', 'conn-service-eu-04.allawnos.com'],
  // The time
  ...['time.apple.com', 'time-ios.apple.com', 'time-macos.apple.com', 'time.android.com'],
  ...['time.google.com', 'time.grapheneos.org', 'time.windows.com', 'pool.ntp.org'],
  'ntp.ubuntu.com',
]

/**
 * Where certificates are asked about (OCSP, revocation lists, issuers), of the authorities that most sites
 * and portals have theirs from. A browser that cannot reach them waits, or refuses the portal's page.
 */
export const CERTIFICATE_CHECKS: readonly string[] = [
  'lencr.org',
  ...['o.pki.goog', 'c.pki.goog', 'i.pki.goog', 'ocsp.pki.goog', 'crl.pki.goog', 'crls.pki.goog'],
  ...['ocsp.digicert.com', 'crl3.digicert.com', 'crl4.digicert.com', 'cacerts.digicert.com'],
  ...['ocsp.sectigo.com', 'crl.sectigo.com', 'crt.sectigo.com', 'ocsp.usertrust.com'],
  ...['crl.usertrust.com', 'ocsp.comodoca.com', 'crl.comodoca.com', 'zerossl.ocsp.sectigo.com'],
  ...[
    'zerossl.crt.sectigo.com',
    'ocsp.globalsign.com',
    'ocsp2.globalsign.com',
    'crl.globalsign.com',
  ],
  ...['secure.globalsign.com', 'ocsp.entrust.net', 'crl.entrust.net', 'ocsp.certigna.fr'],
  ...[
    'crl.certigna.fr',
    'crl.dhimyotis.com',
    'ocsp.harica.gr',
    'crl.harica.gr',
    'ocsp.buypass.com',
  ],
  ...['crl.buypass.no', 'ocsp.apple.com', 'ocsp2.apple.com', 'crl.apple.com', 'valid.apple.com'],
  ...['crl.microsoft.com', 'oneocsp.microsoft.com', 'mscrl.microsoft.com', 'identrust.com'],
]
