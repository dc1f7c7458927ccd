/**
 * Resolvers that browsers and applications reach by HTTPS or TLS to go round the one of the network. From
 * each operator's own documentation, and from the lists that Firefox, Chromium, Edge, Opera and Android offer;
 * collected in November 2026. Their addresses are the gateway's to close. More are in UT1's category `doh`.
 */
export const OTHER_RESOLVERS: readonly string[] = [
  // Google
  ...['dns.google', 'dns.google.com', 'dns64.dns.google', '8888.google'],
  // Cloudflare, and its twins for browsers
  ...['cloudflare-dns.com', 'one.one.one.one', '1dot1dot1dot1.cloudflare-dns.com'],
  ...['cloudflare-gateway.com', 'warp-svc.cloudflareclient.com', 'cloudflareclient.com'],
  // Quad9
  ...['dns.quad9.net', 'dns9.quad9.net', 'dns10.quad9.net', 'dns11.quad9.net', 'dns12.quad9.net'],
  // AdGuard
  ...['dns.adguard.com', 'dns-family.adguard.com', 'dns-unfiltered.adguard.com', 'adguard-dns.com'],
  ...['dns.adguard-dns.com', 'family.adguard-dns.com', 'unfiltered.adguard-dns.com'],
  'd.adguard-dns.com',
  // OpenDNS
  ...['doh.opendns.com', 'doh.familyshield.opendns.com', 'dns.opendns.com', 'dns.umbrella.com'],
  // NextDNS, ControlD, RethinkDNS
  ...['dns.nextdns.io', 'doh.nextdns.io', 'chromium.dns.nextdns.io', 'firefox.dns.nextdns.io'],
  ...['anycast.dns.nextdns.io', 'freedns.controld.com', 'dns.controld.com', 'sky.rethinkdns.com'],
  'max.rethinkdns.com',
  // CleanBrowsing, Mullvad, DNS.SB, Wikimedia, CIRA
  ...['doh.cleanbrowsing.org', 'family-filter-dns.cleanbrowsing.org', 'doh.mullvad.net'],
  ...['dns.mullvad.net', 'adblock.dns.mullvad.net', 'base.dns.mullvad.net', 'doh.dns.sb'],
  ...['doh.sb', 'dot.sb', 'wikimedia-dns.org', 'private.canadianshield.cira.ca'],
  // Of Europe
  ...['dns.digitale-gesellschaft.ch', 'dns0.eu', 'zero.dns0.eu', 'kids.dns0.eu', 'open.dns0.eu'],
  ...['joindns4.eu', 'protective.joindns4.eu', 'noads.joindns4.eu', 'unfiltered.joindns4.eu'],
  ...['ns0.fdn.fr', 'ns1.fdn.fr', 'doh.ffmuc.net', 'dot.ffmuc.net', 'dns.switch.ch'],
  ...[
    'odvr.nic.cz',
    'doh.libredns.gr',
    'dot.libredns.gr',
    'dnsforge.de',
    'doh.applied-privacy.net',
  ],
  // Of Asia, and of telephone makers
  ...['dns.alidns.com', 'doh.pub', 'dot.pub', 'doh.360.cn', 'dns.twnic.tw', 'public.dns.iij.jp'],
  ...['doh.dns.apple.com', 'dns.comss.one', 'common.dot.dns.yandex.net', 'dns.yandex.ru'],
  // Of browsers and connection makers
  ...['mozilla.cloudflare-dns.com', 'chrome.cloudflare-dns.com', 'opera.cloudflare-dns.com'],
  ...['doh.xfinity.com', 'dns.shecan.ir', 'doh.opera.com'],
]

/** Firefox's canary: a negative answer keeps it from choosing a resolver of its own. */
export const BROWSER_CANARIES: readonly string[] = ['use-application-dns.net']

/** Apple's private relay, which asks networks for a negative answer; anything else makes a phone wait. */
export const PRIVATE_RELAYS: readonly string[] = [
  'mask.icloud.com',
  'mask-h2.icloud.com',
  'mask-api.icloud.com',
  'mask-canary.icloud.com',
  'mask.apple-dns.net',
]
