/** What each operating system asks to find out whether it is online, and the answer that it takes for yes. */

export interface OnlineAnswer {
  readonly status: 200 | 204
  readonly type?: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface ProbeRow {
  /** Systems and, where it differs, versions. */
  readonly systems: string
  readonly hosts: readonly string[]
  /** `*`: whatever the path is. */
  readonly path: string
  readonly online: OnlineAnswer
}

export const ANY_PATH = '*'

const NO_CONTENT: OnlineAnswer = { status: 204 }
const text = (body: string): OnlineAnswer => ({ status: 200, type: 'text/plain', body })

const SUCCESS: OnlineAnswer = {
  status: 200,
  type: 'text/html',
  body: '<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>',
}

const NETWORK_MANAGER: OnlineAnswer = {
  ...text('NetworkManager is online\n'),
  headers: { 'X-NetworkManager-Status': 'online' },
}

const FIREFOX: OnlineAnswer = {
  status: 200,
  type: 'text/html',
  body: '<meta http-equiv="refresh" content="0;url=https://support.mozilla.org/kb/captive-portal"/>',
}

const KINDLE: OnlineAnswer = {
  status: 200,
  type: 'text/html',
  body: '<html><head><title>Kindle Reachability Probe Page</title></head><body>81ce4465-7167-4dcb-835b-dcc9e44c112a</body></html>',
}

/** They look at the header; the body differs from one console to the next. */
const NINTENDO = { 'X-Organization': 'Nintendo' }

/** The same host and path may stand once only: a test finds a second. */
export const PROBE_TABLE: readonly ProbeRow[] = [
  {
    systems: 'iOS, iPadOS, macOS, watchOS, tvOS',
    hosts: ['captive.apple.com'],
    path: '/hotspot-detect.html',
    online: SUCCESS,
  },
  {
    systems: 'iOS and macOS, opened by hand',
    hosts: ['captive.apple.com'],
    path: '/',
    online: SUCCESS,
  },
  {
    systems: 'iOS and macOS, older versions and in turn with the first',
    hosts: [
      ...['www.apple.com', 'www.appleiphonecell.com', 'www.itools.info', 'www.ibook.info'],
      ...['www.airport.us', 'www.thinkdifferent.us'],
    ],
    path: '/library/test/success.html',
    online: SUCCESS,
  },
  {
    systems: 'Android 7 and newer',
    hosts: ['connectivitycheck.gstatic.com'],
    path: '/generate_204',
    online: NO_CONTENT,
  },
  {
    systems: 'Android 7 and newer, when the first does not answer',
    hosts: ['play.googleapis.com'],
    path: '/generate_204',
    online: NO_CONTENT,
  },
  {
    systems: 'Android 7 and newer, when neither answers',
    hosts: ['www.google.com', 'google.com'],
    path: '/gen_204',
    online: NO_CONTENT,
  },
  {
    systems: 'Android 4 to 6',
    hosts: ['clients3.google.com', 'clients1.google.com', 'connectivitycheck.android.com'],
    path: '/generate_204',
    online: NO_CONTENT,
  },
  {
    systems: 'ChromeOS, Chrome and Chromium on any system',
    hosts: ['www.gstatic.com', 'www.google.com'],
    path: '/generate_204',
    online: NO_CONTENT,
  },
  {
    systems: 'GrapheneOS',
    hosts: ['connectivitycheck.grapheneos.network'],
    path: '/generate_204',
    online: NO_CONTENT,
  },
  {
    systems: 'Samsung, beside Google’s',
    hosts: ['d2uzsrnmmf6tds.cloudfront.net'],
    path: ANY_PATH,
    online: NO_CONTENT,
  },
  {
    systems: 'Huawei, Honor',
    hosts: [
      ...['connectivitycheck.platform.hicloud.com', 'connectivitycheck.cbg-app.huawei.com'],
      'connectivitycheck.platform.hihonorcloud.com',
    ],
    path: '/generate_204',
    online: NO_CONTENT,
  },
  {
    systems: 'Xiaomi, Redmi, POCO',
    hosts: ['connect.rom.miui.com'],
    path: '/generate_204',
    online: NO_CONTENT,
  },
  {
    systems: 'OPPO, realme, OnePlus sold in China',
    hosts: ['conn1.oppomobile.com', 'conn2.oppomobile.com'],
    path: '/generate_204',
    online: NO_CONTENT,
  },
  {
    systems: 'vivo sold in China',
    hosts: ['wifi.vivo.com.cn'],
    path: '/generate_204',
    online: NO_CONTENT,
  },
  {
    systems: 'Windows 10 and 11, Xbox',
    hosts: ['www.msftconnecttest.com', 'ipv6.msftconnecttest.com'],
    path: '/connecttest.txt',
    online: text('Microsoft Connect Test'),
  },
  {
    systems: 'Windows 8.1 and older',
    hosts: ['www.msftncsi.com', 'ipv6.msftncsi.com'],
    path: '/ncsi.txt',
    online: text('Microsoft NCSI'),
  },
  {
    systems: 'Edge',
    hosts: ['edge-http.microsoft.com'],
    path: '/captiveportal/generate_204',
    online: NO_CONTENT,
  },
  {
    systems: 'Firefox',
    hosts: ['detectportal.firefox.com'],
    path: '/canonical.html',
    online: FIREFOX,
  },
  {
    systems: 'Firefox, older versions, and newer ones to choose between IPv4 and IPv6',
    hosts: ['detectportal.firefox.com'],
    path: '/success.txt',
    online: text('success\n'),
  },
  {
    systems: 'GNOME, NetworkManager as GNOME ships it',
    hosts: ['nmcheck.gnome.org'],
    path: '/check_network_status.txt',
    online: NETWORK_MANAGER,
  },
  {
    systems: 'KDE Plasma',
    hosts: ['networkcheck.kde.org'],
    path: '/',
    online: text('OK\n'),
  },
  {
    systems: 'Ubuntu',
    hosts: ['connectivity-check.ubuntu.com'],
    path: '/',
    online: { status: 204, headers: { 'X-NetworkManager-Status': 'online' } },
  },
  {
    systems: 'Debian',
    hosts: ['network-test.debian.org'],
    path: '/nm',
    online: NETWORK_MANAGER,
  },
  {
    systems: 'Fedora',
    hosts: ['fedoraproject.org'],
    path: '/static/hotspot.txt',
    online: text('OK'),
  },
  {
    systems: 'Arch Linux',
    hosts: ['ping.archlinux.org'],
    path: '/nm-check.txt',
    online: NETWORK_MANAGER,
  },
  {
    systems: 'Manjaro',
    hosts: ['ping.manjaro.org'],
    path: '/check_network_status.txt',
    online: NETWORK_MANAGER,
  },
  {
    systems: 'openSUSE',
    hosts: ['conncheck.opensuse.org'],
    path: '/',
    online: NETWORK_MANAGER,
  },
  {
    systems: 'Kindle',
    hosts: ['spectrum.s3.amazonaws.com'],
    path: '/kindle-wifi/wifistub.html',
    online: KINDLE,
  },
  {
    systems: 'Fire OS, Fire TV',
    hosts: ['fireoscaptiveportal.com', 'firetvcaptiveportal.com'],
    path: '/generate_204',
    online: NO_CONTENT,
  },
  {
    systems: 'Nintendo Switch, Switch 2',
    hosts: ['ctest.cdn.nintendo.net', 'ctest.p01.ctest.srv.nintendo.net'],
    path: '/',
    online: { ...text('ok'), headers: NINTENDO },
  },
  {
    systems: 'Nintendo Wii, DS, 3DS, Wii U',
    hosts: ['conntest.nintendowifi.net'],
    path: '/',
    online: {
      status: 200,
      type: 'text/html',
      body: '<html><head><title>HTML Page</title></head><body bgcolor="#FFFFFF">This is test.html page</body></html>',
      headers: NINTENDO,
    },
  },
  {
    systems: 'Roku',
    hosts: ['captive.roku.com'],
    path: '/ok',
    online: text('ok'),
  },
]
