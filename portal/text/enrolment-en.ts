import type { EnrolmentText } from './enrolment-fr.ts'

export const enrolmentEn: EnrolmentText = {
  navigation: 'My devices',

  devices: {
    title: 'My devices',
    lead: 'An enrolled device joins the staff Wi-Fi by itself, at every place of {organisation}.',
    none: 'You have not enrolled a device yet. Begin with this one.',
    add: 'Enrol a device',
    addThis: 'Enrol this device ({make})',
    another: 'Another device',
    addThing: 'A till or a printer, with a key of its own',
    enrolled: 'The device is enrolled.',
    revoked: 'The device is revoked: it can no longer join.',
    'key-made': 'The key is made.',
    'key-revoked': 'The key is revoked: it opens nothing any more.',
    seen: 'Seen on {day}',
    neverSeen: 'Not yet seen on the network',
    until: 'good until {day}',
    ended: 'Ended on {day}',
    wasRevoked: 'Revoked on {day}',
    renewSoon: '“{name}” is good for {left} more, until {day}. Renew it before: it takes a minute.',
    renewRoot:
      'The key of the network is about to change. Renew “{name}” before {day}, or it will no longer know the network.',
    open: 'Manage',
    openNamed: 'Manage {name}',
  },

  kinds: {
    laptop: 'Computer',
    phone: 'Phone',
    tablet: 'Tablet',
    till: 'Till',
    printer: 'Printer',
    other: 'Other',
  },

  ways: {
    apple: 'iPhone, iPad or Mac',
    windows: 'Windows 10 or 11',
    android: 'Android',
    chromeos: 'Chromebook',
    linux: 'Linux (NetworkManager)',
    pkcs12: 'Another system, with a certificate file',
    request: 'I have a key of my own (certificate request)',
    password: 'A device that knows only a name and a password',
  },

  make: {
    title: 'Enrol a device',
    titleRenew: 'Renew “{name}”',
    lead: 'Open this page on the device itself: the file is for it alone.',
    name: 'What is it called?',
    nameHint: 'So that you know it later, for example “{example}”.',
    kind: 'What is it?',
    submit: 'Download the file',
    submitPassword: 'Make a password',
    after: 'Then',
    otherWay: 'Another device?',
    passphrase: 'Password of the file, to be noted now',
    passphraseHint: 'It is asked for once, when you install. It is shown nowhere else.',
    request: 'Certificate request (PKCS #10, PEM)',
    requestHint: 'Your private key stays with you. RSA of at least 2048 bits, or P-256, P-384.',
    once: 'We do not keep the key. If the file is lost, renew the device.',
    steps: {
      apple: [
        'Tap “Allow” if the browser asks.',
        'Open Settings, then “Profile Downloaded”. On a Mac open the file, then System Settings, “Profiles”.',
        'Tap “Install”. The network “{ssid}” is joined by itself.',
      ],
      windows: [
        'Open the file. If Windows worries, choose “More info”, then “Run anyway”.',
        'Windows asks whether to trust the certificate of {organisation}: say yes.',
        'The network “{ssid}” is joined by itself.',
      ],
      android: [
        'Install the app geteduroam from the Play Store, if it is not there yet.',
        'Open the downloaded file with geteduroam.',
        'Follow the app. The network “{ssid}” is joined by itself.',
      ],
      chromeos: [
        'Open chrome://network, then “Import ONC file”, and choose the file.',
        'The network “{ssid}” is joined by itself.',
      ],
      linux: [
        'Open a terminal in the downloads folder.',
        'Run: sh {file}',
        'The network “{ssid}” is joined by itself.',
      ],
      pkcs12: [
        'Install the file with the password shown above.',
        'Choose EAP-TLS, the server name {server}, and the root certificates of this page.',
      ],
      request: [
        'The file has your certificate and what signs it.',
        'Choose EAP-TLS, the server name {server}, and the root certificates of this page.',
      ],
      password: [
        'The next page shows name and password, once.',
        'Choose EAP-TTLS with PAP and the server name {server}.',
      ],
    },
    roots: 'Download the root certificates',
    errors: {
      name: 'Give the device a name, of 64 characters at most.',
      'not-a-request':
        'This text is no certificate request. Paste the whole file, with the lines BEGIN and END.',
      'weak-key': 'This key is too weak. Use P-256, P-384, or RSA of 2048 to 4096 bits.',
      'not-signed': 'The signature of the request is not that of its key. Make the request again.',
      'too-many-devices':
        'You have 20 devices already. Revoke one that you no longer use, then try again.',
      'no-authority': 'The service is not ready yet. Try again in a minute.',
      'unknown-device': 'This device is gone. Enrol it as a new device.',
    },
  },

  password: {
    title: 'The password of “{name}”',
    lead: 'Note it or install it now: this page is shown only once.',
    username: 'User name',
    password: 'Password',
    network: 'Network',
    method: 'Method',
    methodValue: 'EAP-TTLS, then PAP',
    anonymous: 'Anonymous identity',
    server: 'Server name',
    qr: 'QR code of the network',
    qrHint: 'For a device that reads QR codes of enterprise Wi-Fi.',
    files: 'Or a file that sets everything, opened on the device',
    next: 'Done',
  },

  keys: {
    title: 'A key for a till or a printer',
    lead: 'For a thing that asks for the password of the Wi-Fi and nothing else. The key is for one thing, on the network “{ssid}”.',
    label: 'What is it called?',
    labelHint: 'So that you know it later, for example “Till at the entrance”.',
    kind: 'What is it?',
    place: 'Place',
    placeHint: 'Its code, such as 75-0042, or its name.',
    mac: 'Wi-Fi address (MAC), if you know it',
    macHint: 'Often on a label of the thing. With it nothing else can use the key.',
    submit: 'Make the key',
    back: 'Back to my devices',
    madeTitle: 'The key of “{name}”',
    madeLead: 'Type it into the thing now: this page is shown only once.',
    network: 'Network',
    passphrase: 'Wi-Fi password',
    qr: 'QR code of the network',
    qrHint: 'For a thing with a camera: it joins by itself.',
    first: 'The first thing that uses the key has it from then on; another is refused.',
    only: 'Only the thing with this address can use the key.',
    next: 'Done',
    mine: 'Keys of tills and printers',
    unused: 'not used yet',
    until: 'good until {day}',
    revoke: 'Revoke',
    revokeNamed: 'Revoke the key of {name}',
    errors: {
      label: 'Give the thing a name, of 64 characters at most.',
      'unknown-place': 'There is no such place, or several have this name. Give its code.',
      'bad-mac':
        'This is no Wi-Fi address. It has twelve digits and letters from A to F, for example AA-BB-CC-DD-EE-FF.',
      'mac-taken': 'This thing has a key already. Revoke it first.',
      crowded:
        'This place has too many keys without an address. Give the Wi-Fi address of the thing.',
      'too-many': 'You have 10 keys already. Revoke one that you no longer use, then try again.',
    },
  },

  device: {
    state: 'State',
    good: 'Can join',
    created: 'Enrolled on',
    until: 'Good until',
    seen: 'Seen on the network',
    credential: 'Joins by',
    certificate: 'a certificate',
    password: 'a password of its own',
    renew: 'Renew',
    renewLead: 'The old certificate stays good until its end.',
    again: 'Enrol again',
    againLead: 'A password is not renewed: enrol the device again, then revoke this one.',
    revoke: 'Revoke',
    revokeLead:
      'Lost, stolen, given away? The device is cut off at once and cannot join again. This cannot be undone.',
    reason: 'Why?',
    reasons: {
      lost: 'Lost or stolen',
      replaced: 'Replaced or given away',
      unused: 'No longer used',
    },
    back: 'Back to my devices',
  },

  closed: {
    title: 'Enrolment is not open yet',
    noNetwork:
      'No staff Wi-Fi is declared. An administrator must give its name (SSID), see docs/enrolment.md.',
    noAuthority:
      'The RADIUS server has not started yet: it makes the key of the network. Try again in a minute.',
    noThings:
      'No Wi-Fi for tills and printers is declared. An administrator gives its name as “things”, see docs/device-keys.md.',
    noPasswords: 'Your organisation takes certificates only. Choose another way.',
    unknown: 'This device does not exist, or it is not yours.',
    wrong: 'This request is not complete. Go back to the page and try again.',
  },
}
