/** The addresses at which operating systems ask whether they are online, and the answer each expects. */

export interface OnlineAnswer {
  readonly status: 200 | 204
  readonly type?: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

const NO_CONTENT: OnlineAnswer = { status: 204 }

const SUCCESS: OnlineAnswer = {
  status: 200,
  type: 'text/html',
  body: '<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>',
}

const text = (body: string): OnlineAnswer => ({ status: 200, type: 'text/plain', body })

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

const ANY_PATH = '*'

type Row = readonly [hosts: readonly string[], path: string, answer: OnlineAnswer]

const ROWS: readonly Row[] = [
  // Apple
  [['captive.apple.com'], '/hotspot-detect.html', SUCCESS],
  [['captive.apple.com'], '/', SUCCESS],
  [
    [
      'www.apple.com',
      'www.appleiphonecell.com',
      'www.itools.info',
      'www.ibook.info',
      'www.airport.us',
      'www.thinkdifferent.us',
    ],
    '/library/test/success.html',
    SUCCESS,
  ],
  // Android, ChromeOS
  [
    [
      'connectivitycheck.gstatic.com',
      'connectivitycheck.android.com',
      'clients1.google.com',
      'clients3.google.com',
      'play.googleapis.com',
      'www.google.com',
      'www.gstatic.com',
    ],
    '/generate_204',
    NO_CONTENT,
  ],
  [['www.google.com', 'google.com'], '/gen_204', NO_CONTENT],
  // Windows
  [
    ['www.msftconnecttest.com', 'ipv6.msftconnecttest.com'],
    '/connecttest.txt',
    text('Microsoft Connect Test'),
  ],
  [['www.msftncsi.com', 'ipv6.msftncsi.com'], '/ncsi.txt', text('Microsoft NCSI')],
  [['edge-http.microsoft.com'], '/captiveportal/generate_204', NO_CONTENT],
  // Firefox
  [['detectportal.firefox.com'], '/canonical.html', FIREFOX],
  [['detectportal.firefox.com'], '/success.txt', text('success\n')],
  // Kindle, Fire OS, Fire TV
  [['spectrum.s3.amazonaws.com'], '/kindle-wifi/wifistub.html', KINDLE],
  [['fireoscaptiveportal.com', 'firetvcaptiveportal.com'], '/generate_204', NO_CONTENT],
  // Samsung, Huawei, Xiaomi
  [['d2uzsrnmmf6tds.cloudfront.net'], ANY_PATH, NO_CONTENT],
  [
    ['connectivitycheck.platform.hicloud.com', 'connectivitycheck.cbg-app.huawei.com'],
    '/generate_204',
    NO_CONTENT,
  ],
  [['connect.rom.miui.com'], '/generate_204', NO_CONTENT],
  // Linux
  [
    ['connectivity-check.ubuntu.com'],
    '/',
    { status: 204, headers: { 'X-NetworkManager-Status': 'online' } },
  ],
  [['nmcheck.gnome.org'], '/check_network_status.txt', NETWORK_MANAGER],
  [['fedoraproject.org'], '/static/hotspot.txt', text('OK')],
  [['network-test.debian.org'], '/nm', NETWORK_MANAGER],
  [['ping.archlinux.org'], '/nm-check.txt', NETWORK_MANAGER],
  [['conncheck.opensuse.org'], '/', NETWORK_MANAGER],
  // Roku
  [['captive.roku.com'], '/ok', text('ok')],
]

/** Where Windows sends the browser once it knows of a portal: to it, whoever asks. */
const PORTAL_OPENER = 'www.msftconnecttest.com/redirect'

const ANSWERS: ReadonlyMap<string, OnlineAnswer> = new Map(
  ROWS.flatMap(([hosts, path, answer]) => hosts.map((host) => [host + path, answer] as const)),
)

export type Probe =
  | { readonly kind: 'probe'; readonly online: OnlineAnswer }
  | { readonly kind: 'portal-opener' }

/** The probe that `host` (without port) and `path` are, or null. */
export function probeAt(host: string, path: string): Probe | null {
  const name = host.toLowerCase().replace(/\.$/, '')
  if (name + path === PORTAL_OPENER) return { kind: 'portal-opener' }
  const online = ANSWERS.get(name + path) ?? ANSWERS.get(name + ANY_PATH)
  return online === undefined ? null : { kind: 'probe', online }
}

/** For a test that asks every one of them. */
export const PROBE_ADDRESSES: readonly string[] = [...ANSWERS.keys()]
