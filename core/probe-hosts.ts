/**
 * Hosts that operating systems ask to find out whether they are online, and nothing else lives there that
 * anybody would block. The portal answers them (`portal/probe-table.ts` says what); the DNS filter lets
 * them through above every policy, as a phone that cannot reach its own finds no portal or believes that
 * it is offline.
 */
export const PROBE_HOSTS: readonly string[] = [
  // Apple
  ...['captive.apple.com', 'www.apple.com', 'www.appleiphonecell.com', 'www.itools.info'],
  ...['www.ibook.info', 'www.airport.us', 'www.thinkdifferent.us'],
  // Android, ChromeOS, and their makers
  ...['connectivitycheck.gstatic.com', 'play.googleapis.com', 'clients3.google.com'],
  ...['clients1.google.com', 'connectivitycheck.android.com', 'www.gstatic.com'],
  ...['connectivitycheck.grapheneos.network', 'd2uzsrnmmf6tds.cloudfront.net'],
  ...['connectivitycheck.platform.hicloud.com', 'connectivitycheck.cbg-app.huawei.com'],
  ...['connectivitycheck.platform.hihonorcloud.com', 'connect.rom.miui.com'],
  ...['conn1.oppomobile.com', 'conn2.oppomobile.com', 'wifi.vivo.com.cn'],
  // Windows, and browsers
  ...['www.msftconnecttest.com', 'ipv6.msftconnecttest.com', 'www.msftncsi.com'],
  ...['ipv6.msftncsi.com', 'edge-http.microsoft.com', 'detectportal.firefox.com'],
  // Linux
  ...['nmcheck.gnome.org', 'networkcheck.kde.org', 'connectivity-check.ubuntu.com'],
  ...['network-test.debian.org', 'fedoraproject.org', 'ping.archlinux.org', 'ping.manjaro.org'],
  'conncheck.opensuse.org',
  // Readers, televisions, consoles
  ...['spectrum.s3.amazonaws.com', 'fireoscaptiveportal.com', 'firetvcaptiveportal.com'],
  ...['ctest.cdn.nintendo.net', 'ctest.p01.ctest.srv.nintendo.net', 'conntest.nintendowifi.net'],
  'captive.roku.com',
]

/**
 * Also asked, but sites that people visit: they stay under the policies and safe search. Android asks
 * them only where the others do not answer.
 */
export const PROBED_SITES: readonly string[] = ['www.google.com', 'google.com']
