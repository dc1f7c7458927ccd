import type { SetUpText } from './set-up-fr.ts'

export const setUpEn: SetUpText = {
  newTitle: 'Add a place',
  newLead: 'Fill in, download what the gateway needs, then watch each light turn green.',
  thePlace: 'The place',
  codeHelp: 'Short, and nobody else’s, such as 75-0100.',
  guests: 'The guests’ Wi-Fi',
  team: 'The staff’s Wi-Fi',
  ssid: 'Name of the Wi-Fi',
  subnet: 'Addresses (IPv4)',
  subnetHelp: 'Those that the gateway gives to devices, from /20 to /28. Empty: no such network.',
  vlan: 'VLAN (optional)',
  theGateway: 'The gateway',
  kind: 'Which is it?',
  kinds: {
    opennds: 'openNDS (Debian or OpenWrt)',
    mikrotik: 'MikroTik',
    generic: 'another one (set up by hand)',
    none: 'not yet, the place alone',
  },
  otherKinds:
    'UniFi, Omada, Cisco, Aruba, Ruckus, Meraki and CoovaChilli need passwords of their controllers: declare them in a file (accueil apply).',
  reach: 'How does it reach us?',
  reaches: {
    radsec: 'by the internet, behind any box (RadSec, a certificate of its own)',
    address: 'from a fixed address, which I give below (RADIUS over UDP)',
  },
  address: 'Fixed address of the gateway',
  addressHelp:
    'For RADIUS over UDP alone: the address from which its packets come, such as 203.0.113.7.',
  add: 'Add and go on',
  wrong: {
    code: 'Code: letters, digits, dots and dashes, 64 at most.',
    name: 'Name: one line, 200 characters at most.',
    ssid: 'Name of the Wi-Fi: 32 octets at most.',
    subnet: 'Addresses: an IPv4 network from /20 to /28, such as 192.168.77.0/24.',
    vlan: 'VLAN: a number from 1 to 4094.',
    address: 'Fixed address: an IP address, such as 203.0.113.7.',
    noAddress: 'Give the fixed address of the gateway, or choose RadSec.',
    noGuests: 'A gateway needs a Wi-Fi for guests: give its addresses.',
  },

  title: 'Going live',
  at: '{place} goes live',
  toSetUp: 'Going live: files and lights',
  files: '1. What the gateway needs',
  filesLead:
    'A folder to put on the gateway; its README.md says the three steps. It holds the secrets of the place: they are shown nowhere else. The download is a line of the audit.',
  newCertificate:
    'Each download makes a new certificate: the one before counts no more from that moment. So install these files at once.',
  noFiles: 'This place has no gateway: declare it in the file of this place (accueil apply).',
  whichGateway: 'Gateway',
  whichFiles: 'For',
  fileKinds: {
    opennds: 'openNDS on Debian',
    openwrt: 'openNDS on OpenWrt',
    hostapd: 'Debian, 802.1X alone (hostapd)',
    mikrotik: 'MikroTik (RouterOS 7)',
    unifi: 'UniFi: the values to type',
    generic: 'the values to type yourself',
  },
  details: 'Network devices and addresses of the gateway',
  lan: 'Towards the guests',
  wan: 'Towards the internet',
  staffDevice: 'Internal network',
  dot1x: '802.1X for staff',
  dot1xKinds: { none: 'no', wifi: 'by this Wi-Fi device', wired: 'by this cable' },
  dot1xDevice: 'Device of 802.1X',
  centre: 'Our IPv4 address as the place reaches it',
  centreHelp: 'Empty: that of the portal’s address.',
  download: 'Download the files (ZIP)',
  badDevice: 'Network device: a name such as eth0 or br-guest.',
  badCentre: 'Our address as the place reaches it: an IPv4 address.',
  cannot: 'The files cannot be made: {reason}',
  declaredCertificate:
    'The certificate of this gateway is declared in the files of the organisation: make its files by the command “accueil gateway config”.',
  unfit: 'These files are not for a gateway of that kind.',

  signs: '2. What answers',
  signsLead: 'Plug in, connect a phone, and watch. The page refreshes by itself; without script:',
  lookAgain: 'Look again',
  allGreen: 'Everything answers: the place is live.',
  seen: 'answers, last on {when}',
  seenHour: 'answers, in the hour of {when}',
  notYet: 'not yet',
  ofGateway: 'Gateway {name}',
  ofNames: 'Names (DNS)',
  things: {
    radsec: {
      what: 'RadSec connection',
      check:
        'TCP port {port} must be open towards the internet, and the clock of the gateway right. Are the files that are installed the last that were downloaded?',
    },
    access: {
      what: 'Requests for access (RADIUS)',
      check:
        'Connect a device to the staff’s Wi-Fi. Nothing comes? Check our address, the UDP port and the address from which the gateway sends.',
    },
    accounting: {
      what: 'Sessions told (accounting)',
      check:
        'Is the accounting server set, with the same secret? Without it the log does not know when somebody leaves.',
    },
    portal: {
      what: 'Phones sent to the portal',
      check:
        'Connect a phone to the guests’ Wi-Fi and open a page. Nothing? Check the portal’s address in the gateway.',
    },
    guest: {
      what: 'DNS questions of guests',
      check:
        'Devices must get our resolver by DHCP; port 53 must be led to it. They are counted each minute.',
    },
    staff: {
      what: 'DNS questions of staff',
      check: 'The same for the staff’s network.',
    },
  },
  forged:
    '{count} packets of that address were made with another secret: the one in the gateway is not right.',
  refused:
    '{count} requests without a signature (Message-Authenticator) were refused: update the gateway, or turn signing on.',
  clock: 'Its clock is {seconds} s off: set up time synchronisation (NTP).',

  transport: 'Comes by',
  clockOff: 'Clock',
  clockFine: 'right within {seconds} s',
  certificateEnd: 'Certificate until',
  software: 'Software',
  unknown: 'not known',
  posture: 'Signature (BlastRADIUS)',
  postures: {
    radsec: 'not needed: all of it is inside TLS',
    always: 'signs each request',
    sometimes: 'signs some of its requests',
    never: 'does not sign its requests',
    unheard: 'not seen yet',
  },
  rules: {
    required: 'required',
    auto: 'required once it was seen to sign',
    optional: 'only where it must be',
    trusted: 'not required: the way is declared safe',
  },
  filters: 'What levels block here',
}
