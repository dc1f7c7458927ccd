import type { LoginReason } from './words.ts'

/** By the reason that the RADIUS server gives; docs/staff-wifi.md has the same in short. */
export const REASONS_EN = {
  // The person's.
  'unknown-account': {
    what: 'nobody has the name that was given',
    toDo: 'Let the person check the spelling of the name, and what stands after the @. See whether the account is there, in the directory or under accounts.',
  },
  'ambiguous-account': {
    what: 'the directory has several people with this name',
    toDo: 'Let the person give the full name, as in an e-mail address; or make user_filter of the directory narrower.',
  },
  'bad-user-name': {
    what: 'the name cannot be anybody’s: empty, too long, or with characters that no name has',
    toDo: 'Let the person type the name again, in the field for the name.',
  },
  'empty-password': {
    what: 'no password was given',
    toDo: 'Let the device forget this network and join it again with name and password.',
  },
  'wrong-password': {
    what: 'the password is wrong',
    toDo: 'Was it changed lately? Let the device forget this network and join it again with the new password. It must be the one of the account, not one of the Wi-Fi.',
  },
  'password-expired': {
    what: 'the password has expired',
    toDo: 'The person sets a new one where the organisation has it done, then joins again.',
  },
  'account-disabled': {
    what: 'the account is disabled in the directory',
    toDo: 'Ask who looks after the accounts whether this is meant.',
  },
  'account-locked': {
    what: 'the account is locked in the directory, as a rule after too many wrong passwords',
    toDo: 'Look for another device of the person that still has the old password; then have the account unlocked.',
  },
  'account-expired': {
    what: 'the account has come to its end in the directory',
    toDo: 'Ask who looks after the accounts whether it is to be renewed.',
  },
  'account-restricted': {
    what: 'the directory does not let this account in at this hour, or from here',
    toDo: 'Ask who looks after the accounts; it is a rule of the directory.',
  },
  'scim-inactive': {
    what: 'the identity provider has switched the account off',
    toDo: 'Ask who looks after the accounts whether this is meant. All devices of the person are out until it is switched on again.',
  },
  'scim-deleted': {
    what: 'the identity provider has deleted the account',
    toDo: 'Ask who looks after the accounts whether this is meant. All devices of the person are out.',
  },
  'directory-gone': {
    what: 'the directory does not know the account any more',
    toDo: 'Ask who looks after the accounts whether this is meant. All devices of the person are out until the directory knows it again.',
  },
  'directory-disabled': {
    what: 'the directory has switched the account off',
    toDo: 'Ask who looks after the accounts whether this is meant. All devices of the person are out until it is switched on again.',
  },
  'directory-expired': {
    what: 'the account has come to its end in the directory',
    toDo: 'Ask who looks after the accounts whether it is to be renewed. All devices of the person are out until then.',
  },
  'too-many-failures': {
    what: 'too many wrong passwords of this account came before, from this device or from ones it never used',
    toDo: 'Nothing is tried until the pause is over: seconds to minutes, with a directory up to half an hour. Let the device forget this network and join it again with the right password. If it goes on, another device has an old password, or somebody guesses.',
  },
  'refused-by-policy': {
    what: 'a policy refuses it',
    toDo: 'Look at that rule under policies: whom, where and at what hours it refuses. If it is not meant, change it and apply.',
  },

  // The thing's, with a key of its own.
  'device-key-unknown': {
    what: 'no key at this place and network is left for this device',
    toDo: 'See npx accueil device-keys list: there is none, it has ended, who made it for themselves was switched off, or as many devices as may have it do. Make one, or release it from a device that is gone.',
  },
  'device-key-wrong': {
    what: 'the passphrase that the device used is that of no key which it may have',
    toDo: 'Type the passphrase again. If it is right, the key was revoked, is of another place, or another device has it: npx accueil device-keys list.',
  },
  'device-key-ambiguous': {
    what: 'several keys could be the one of this device, and the access point does not say which',
    toDo: 'Give the key the address of the device (--mac), or bring the things one after the other.',
  },
  'device-key-handshake': {
    what: 'what the access point passes on of the handshake cannot be read',
    toDo: 'Set the network to WPA2 with pre-shared keys, not WPA3; the access point must send the name of the network and its own radio address.',
  },
  'device-keys-overloaded': {
    what: 'too many keys were being tried at that moment',
    toDo: 'The device tries again by itself. If it goes on, give the keys the addresses of their devices, so that none has to be searched for.',
  },

  // The home server's.
  'home-server-rejected': {
    what: 'the home server of the realm says no',
    toDo: 'The reason is known there: the person asks the organisation that the account is from.',
  },
  'home-server-unavailable': {
    what: 'no home server of the realm answered',
    toDo: 'Nothing is wrong with the person. Check the home servers: npx accueil doctor, and tell whoever runs them.',
  },
  'home-server-overloaded': {
    what: 'too many requests waited for the home server of the realm at that moment',
    toDo: 'The device tries again by itself. If it goes on, the home server is too slow: tell whoever runs it.',
  },
  'home-server-given-up': {
    what: 'the RADIUS server stopped while it waited for the home server',
    toDo: 'The device tries again by itself.',
  },
  'proxy-loop': {
    what: 'the request had been here before: the home server passes it back to us',
    toDo: 'Take this realm off the home server, or off ours: one of them must answer for it itself.',
  },
  'proxy-too-long': {
    what: 'the request is too long to be passed on',
    toDo: 'Let whoever passes it to us send fewer attributes.',
  },
  'proxy-too-many-hops': {
    what: 'the request has gone through more than ten servers',
    toDo: 'Look for a circle of servers that pass it on to each other.',
  },

  // Ours, for the moment.
  'directory-busy': {
    what: 'the directory had as many logins under way as it may hold',
    toDo: 'Try again in a minute. If it goes on, the directory is slow: accueil_radius_directory_logins_under_way.',
  },
  'directory-unavailable': {
    what: 'the directory did not answer',
    toDo: 'Nothing is wrong with the person. Check the directory: npx accueil doctor. Who came in before comes in meanwhile, if last_good says so.',
  },
  'passwords-overloaded': {
    what: 'the password could not be checked at that moment: too many came at once, or the database was away',
    toDo: 'The device tries again by itself. If it goes on, the RADIUS server has too few processors, or somebody tries passwords. Check the database too: npx accueil doctor.',
  },
  'grants-overloaded': {
    what: 'too many devices were being looked up at that moment',
    toDo: 'The device tries again by itself. If it goes on, the database is too slow.',
  },
  'grants-unavailable': {
    what: 'the database did not say whether the device has accepted the terms',
    toDo: 'The person sees the page again and may accept again. Check the database: npx accueil doctor.',
  },
  'over-limit': {
    what: 'more came at once than the limits allow',
    toDo: 'As a rule a device or gateway tries again and again: look for it. If a place is just that large, raise its limit: docs/limits.md.',
  },
  'hand-over-failed': {
    what: 'the process of the RADIUS server that had begun this login did not answer the other one',
    toDo: 'The device tries again by itself. If it goes on, one process hangs or has too much to do: accueil_radius_handed_over_total.',
  },
  'reply-too-long': {
    what: 'the answer did not fit one packet',
    toDo: 'Let the proxies in between send fewer or shorter Proxy-States; or give fewer attributes by policies.',
  },

  // The guest's.
  'no-grant': {
    what: 'the device has not accepted the terms, or too long ago',
    toDo: 'This is how it begins: the page with the terms comes next. If none comes, open any http:// address on the device. A phone with a private address that changes is another device each time.',
  },
  'one-time-unknown': {
    what: 'the password that the page made for the device is used up, over, or of another device or gateway',
    toDo: 'Let the person open any http:// address and accept again. A phone with a private address that changes is another device each time.',
  },

  // The place's.
  'no-staff-network': {
    what: 'the place has no staff network',
    toDo: 'Declare networks.staff of the place, or take the staff network off the access point.',
  },
  'no-guest-network': {
    what: 'the place has no guest network',
    toDo: 'Declare networks.guest of the place, or take MAC authentication off the gateway.',
  },

  // The gateway's.
  'message-authenticator-missing': {
    what: 'its requests carry no Message-Authenticator, so they could be anybody’s',
    toDo: 'Update the gateway, or switch Message-Authenticator on in its RADIUS settings.',
  },
  'message-authenticator-wrong': {
    what: 'its requests are signed with another secret than the one declared',
    toDo: 'Give the gateway the secret that is declared, letter by letter; or declare the one that it has.',
  },
  'proxy-state-unsigned': {
    what: 'its requests come through a proxy and carry no Message-Authenticator, so they could be anybody’s',
    toDo: 'Switch Message-Authenticator on at the proxy; or, if it cannot, declare the gateway as trusted: docs/gateways.md.',
  },
  'accounting-authenticator-wrong': {
    what: 'its accounting is signed with another secret than the one declared',
    toDo: 'Give the gateway the secret that is declared, letter by letter; some keep one for accounting beside the other.',
  },
  'bad-password-attribute': {
    what: 'the password in the packet cannot be read',
    toDo: 'Compare the secret on the gateway with the one that is declared.',
  },
  'chap-needs-clear-password': {
    what: 'the gateway asks by CHAP, which would need every password in clear',
    toDo: 'Set the gateway to PAP or MS-CHAPv2; better to 802.1X.',
  },
  'mschap-version-1': {
    what: 'the gateway asks by MS-CHAP version 1, which is broken',
    toDo: 'Set the gateway to MS-CHAPv2 or PAP; better to 802.1X.',
  },
  'no-method': {
    what: 'the request had nothing in it that could prove anybody',
    toDo: 'Set the gateway to 802.1X (WPA-Enterprise) for staff, or to MAC authentication for guests.',
  },

  // The device's settings.
  'no-nt-hash': {
    what: 'the device offers MS-CHAPv2 only, for which nothing is kept of this account',
    toDo: 'Set the device to EAP-TTLS with PAP; or declare mschap: true for the account, or nt_hash for the directory.',
  },
  'eap-tls': {
    what: 'the device broke the encryption off: as a rule it does not trust the certificate of the server',
    toDo: 'Install the profile of the organisation, or eap-ca.pem, on the device; the name to expect is the host name of the portal. If it uses a certificate of its own, that one may be forged or damaged.',
  },
  'eap-method-refused': {
    what: 'the device wants none of EAP-TTLS, PEAP and EAP-TLS',
    toDo: 'Choose EAP-TTLS with PAP in its Wi-Fi settings. EAP-TLS is there only where a device_ca is declared.',
  },
  'eap-inner-method': {
    what: 'inside the tunnel the device wants a method that is not known here',
    toDo: 'Choose PAP for EAP-TTLS, or MSCHAPv2 or GTC for PEAP, in its Wi-Fi settings.',
  },
  'eap-protocol': {
    what: 'the device said something that does not belong there',
    toDo: 'Switch its Wi-Fi off and on. If it goes on, update the device or the access point.',
  },
  'eap-unknown-state': {
    what: 'the answer came too late, or to a server that has been started again meanwhile',
    toDo: 'The device tries again by itself. If it goes on, answers take longer than a minute: look at the line of the place.',
  },
  'eap-too-many-rounds': {
    what: 'after 50 packets there was no end',
    toDo: 'The gateway allows only very small packets: raise its Framed-MTU; or the device is broken.',
  },
  'certificate-missing': {
    what: 'the device has chosen EAP-TLS and shows no certificate',
    toDo: 'Install the certificate on the device and choose it for this network.',
  },
  'certificate-unknown-ca': {
    what: 'the certificate of the device is of an authority that is not declared',
    toDo: 'Declare the authority under device_ca, or give the device a certificate of one that is.',
  },
  'certificate-not-valid': {
    what: 'the certificate of the device is over, has not begun, or is not for this use',
    toDo: 'Renew it. If it looks right, check the clocks of the device and of the server.',
  },
  'certificate-revoked': {
    what: 'the certificate of the device is revoked',
    toDo: 'It is meant, unless the number was taken into revoked by mistake: give the device another. A device of the staff pages is enrolled again there.',
  },
  'device-ended': {
    what: 'the password of the device was revoked, or its time is over',
    toDo: 'It is meant. Its owner can enrol the device again at the staff pages, and install the new profile.',
  },
  'certificate-without-name': {
    what: 'the certificate has no name, or several, where name_from says',
    toDo: 'Issue it with exactly one name there, or declare another name_from.',
  },
} as const satisfies Readonly<Record<string, LoginReason>>
