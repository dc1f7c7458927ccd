/**
 * Public resolvers that browsers and systems go to by DNS over HTTPS when they are told to go round the one of
 * the network; from their operators' own documentation, as of November 2026. A list that is never whole: names
 * are closed by the filter itself, and port 853 to everybody.
 */
export const KNOWN_RESOLVERS: readonly string[] = [
  // Google
  ...['8.8.8.8', '8.8.4.4'],
  // Cloudflare, its family resolvers, and the addresses behind mozilla. and chrome.cloudflare-dns.com
  ...['1.0.0.1', '1.0.0.2', '1.0.0.3', '1.1.1.1', '1.1.1.2', '1.1.1.3'],
  ...['104.16.248.249', '104.16.249.249', '162.159.36.1', '162.159.46.1', '172.64.41.3'],
  ...['162.159.61.3', '172.64.36.0/23'],
  // Quad9
  ...['9.9.9.9-9.9.9.12', '149.112.112.9-149.112.112.12', '149.112.112.112'],
  // Cisco OpenDNS
  ...['208.67.220.0/24', '208.67.222.0/24', '146.112.41.0/24'],
  // AdGuard
  ...['94.140.14.0/24', '94.140.15.0/24'],
  // CleanBrowsing
  ...['185.228.168.0/24', '185.228.169.0/24'],
  // NextDNS
  ...['45.90.28.0/24', '45.90.30.0/24'],
  // Control D
  ...['76.76.2.0/24', '76.76.10.0/24'],
  // Mullvad
  '194.242.2.0/24',
  // DNS.SB
  ...['185.222.222.222', '45.11.45.11'],
  // Yandex
  ...['77.88.8.1', '77.88.8.2', '77.88.8.3', '77.88.8.7', '77.88.8.8', '77.88.8.88'],
  // AliDNS and DNSPod
  ...['223.5.5.5', '223.6.6.6', '1.12.12.12', '120.53.53.53'],
  // FDN
  ...['80.67.169.12', '80.67.169.40'],
  // DNS4EU
  ...['86.54.11.1', '86.54.11.11', '86.54.11.12', '86.54.11.13', '86.54.11.100', '86.54.11.200'],
]

/** What is no address of the internet: this machine's, private, shared by carriers, link-local, documentation, multicast. */
export const PRIVATE_V4: readonly string[] = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16'],
  ...['172.16.0.0/12', '192.0.0.0/24', '192.168.0.0/16', '198.18.0.0/15', '224.0.0.0/3'],
]
