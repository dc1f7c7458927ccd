import type { Text } from './fr.ts'

export const en: Text = {
  reviewed: null,

  languageName: 'English',
  units: null,
  skipToContent: 'Skip to content',
  chooseLanguage: 'Choose a language',
  contactLabel: 'A question?',

  terms: {
    title: 'Welcome to the Wi-Fi',
    lead: 'Free, no account, no password: read, accept, and you are online.',
    briefly: 'In short',
    grant: 'Once you accept, this device is allowed for {duration}.',
    filter: 'A filter blocks some sites.',
    log: 'The law asks us to keep a record of the connection for one year. Never the sites you visit.',
    heading: 'Terms of use',
    version: 'Version {version}, in force since {date}.',
    consequence: 'Pressing it means accepting the terms.',
    accept: 'I accept, connect me',
    notAccepted: 'You are not online yet: press the button to accept the terms.',
    changed:
      'The terms have just changed. Here is the new version: please read it before accepting.',
    back: 'It works again. Press the button once more.',
    readTitle: 'Terms and information',
    noneYet: 'No terms of use are published at the moment.',
  },

  renewal: {
    title: 'Good to see you again',
    lead: 'You accepted these terms before, and they have not changed. One tap is enough.',
    accept: 'Extend my access',
    read: 'Read the terms again',
  },

  receipt: {
    title: 'Check a receipt',
    lead: 'The code given after accepting the terms shows what was accepted, when and where.',
    code: 'Code of the receipt',
    check: 'Check',
    found: 'This receipt is genuine',
    notFound: 'No receipt has this code. Check each letter. A receipt is kept for one year.',
    accepted: 'Version {version} of the terms, accepted on {date}.',
    place: 'Place: {place}.',
    device: 'The Wi-Fi address of the device ends in {end}.',
    language: 'Language of the text shown: {language}.',
    renewed: 'Access extended: the text was folded away, because it had been accepted before.',
    readText: 'Read this exact text',
    fingerprint: 'Fingerprint of the text (SHA-256): {hash}',
    plainText: 'The plain text, to work out the fingerprint',
    former: 'This version is no longer in force.',
    toCome: 'This version is not in force yet.',
    readCurrent: 'Read the version in force',
  },

  onlyIn:
    'This text is only in this language: {language}. If you do not understand it, ask the staff of the place.',

  notice: {
    heading: 'Your data and the filter',
    short: '{organisation} is responsible for these data. You have the right to know what is kept.',
    more: 'Read everything about your data and the filter',
    back: 'Back to the terms',
    who: 'Who is responsible',
    contact: 'For a question about your data',
    dpo: 'Data protection officer (DPO)',
    why: 'Why',
    whyLog:
      'To obey French law: it asks us to keep a record of connections (article {law} of the code of posts and electronic communications; GDPR, article {article}).',
    whyAccess:
      'To let your device connect, and to prove that you accepted the terms (GDPR, article {article}).',
    what: 'What we keep',
    whatText:
      'The place, the Wi-Fi address (MAC) and internet addresses (IP) of the device, the start and end of the connection, the amount of data, the version of the terms you accepted. Not your name, not the sites you visit, not what you do there.',
    must: 'You need not give your name. Without this record the law does not allow us to offer this Wi-Fi.',
    howLong: 'How long',
    howLongText: 'One year, then everything is erased, except what a court asks us to keep longer.',
    recipients: 'For whom',
    recipientsText:
      'Courts and the authorities that the law allows, on written request. The few people who may look leave a trace each time. Nothing is sold or used for advertising.',
    rights: 'Your rights',
    rightsText:
      'You can ask what we hold about your device, have it corrected or its use limited. The law does not allow us to erase it before one year. When you are online, a page shows what is kept about your device.',
    ask: 'Write to {contact}.',
    askNoContact: 'Ask the staff of the place.',
    complaint:
      'If you think that your rights are not respected, you can complain to the French authority: {authority}.',
  },

  filter: {
    heading: 'The filter: what is blocked, and who decides',
    what: 'When your device looks for a site, we compare its name with lists of sites that are dangerous or that the terms forbid. If it is there, it does not open. We do not note who asked for what.',
    who: '{organisation} chooses the lists and the rules.',
    complain: 'Is a site blocked by mistake? Write to {contact}.',
    complainNoContact: 'Is a site blocked by mistake? Tell the staff of the place.',
  },

  blocked: {
    title: 'This site is blocked here',
    whyTitle: 'Why',
    category: 'The filter puts this site in the category: {category}.',
    byRule: '{organisation} has chosen to block this site.',
    noReason: 'The filter blocks it without saying why.',
    reference: 'Code of the block: {code}',
    who: 'Who decides',
    askTitle: 'Ask to unblock it',
    note: 'Why do you need it? One sentence, if you like.',
    noName:
      'Do not write any name. We keep the name of the site and your sentence, never who sent them.',
    ask: 'Send the request',
    notSent: 'The request was not sent. Try again in a minute.',
    https:
      'If the address begins with https, your device shows an error instead of this page. That is intended: we never open an encrypted connection.',
    sentTitle: 'Your request has been sent',
    sent: 'The people responsible for this place will read it.',
    enough:
      'Others have already asked for this site here. The people responsible for this place will read their requests.',
    afterwards:
      'We do not know who you are and cannot answer you. Try the site again in a few days.',
    freeTitle: 'This site is not blocked',
    free: 'Your device may be keeping an old answer. Wait a minute, then open the site again.',
    unknownTitle: 'This site does not open',
    unknown: 'We do not know why: the filter did not answer us. Try again in a minute.',
  },

  categories: {
    adult: 'adult content',
    gambling: 'gambling',
    malware: 'harmful programs',
    phishing: 'scams and fake sites',
    violence: 'violence and hate',
    drugs: 'drugs',
    piracy: 'illegal copies',
    ads: 'advertising and tracking',
    social: 'social networks',
    games: 'games',
    streaming: 'video and music',
    dating: 'dating',
    proxy: 'ways round the filter',
  },

  device: {
    title: 'What is kept about this device',
    lead: 'Only this device can open this page, for one hour.',
    address: 'Wi-Fi address of this device: {mac}.',
    changes:
      'Many phones change their address from time to time. We cannot know that it is the same phone.',
    accepted: 'What you accepted',
    acceptance: '{date}, {place}: version {version}, language: {language}.',
    none: 'We keep no acceptance of this device.',
    notAllowed: 'This device is not allowed at the moment.',
    log: 'The record of connections',
    ask: 'Whom to ask',
    away: 'We cannot read this information right now. Try again in a minute.',
  },

  poster: {
    title: 'Free Wi-Fi',
    scan: 'Scan this code with the camera of your phone, or choose the network {network} in the settings.',
    noPage: 'The page does not appear? Open {address}',
  },

  accessibility: {
    none: 'Accessibility: not compliant',
    partial: 'Accessibility: partially compliant',
    full: 'Accessibility: fully compliant',
  },

  connected: {
    title: 'You are online',
    lead: 'You can close this page and use the internet.',
    until: 'This device is allowed until {date}.',
    receipt: 'Your receipt:',
    receiptWhy: 'This code proves that you accepted. You do not need to keep it.',
    showReceipt: 'See this receipt',
    stillWaiting:
      'Nothing opens? Wait a few seconds, then turn the Wi-Fi of your device off and on.',
    already: 'This device is already allowed. There is nothing to do.',
    readTerms: 'Read the terms again',
  },

  help: {
    title: 'We cannot see your device',
    lead: 'This page opens by itself when you join the Wi-Fi. Here, nothing tells us which place you are in.',
    howTo: 'To connect',
    join: 'Join the Wi-Fi of the place in the settings of your device.',
    open: 'Open this page:',
    appears: 'The Wi-Fi page appears. Accept the terms.',
  },

  home: {
    title: 'Wi-Fi, open to everyone',
    lead: '{organisation} offers free internet access to the people it welcomes.',
    visitors: 'Are you there now?',
    visitorsText: 'Join the Wi-Fi of the place: the connection page opens by itself.',
    helpLink: 'The page does not open',
    rules: 'The rules, your data',
    termsLink: 'Read the terms',
  },

  refusal: {
    howTo: 'How to go on',
    close: 'Close this page.',
    rejoin: 'In the settings, forget the Wi-Fi of the place, then join it again.',
    open: 'Open this page:',
    wait: 'Wait a minute without reloading the page.',
    tell: 'If nothing changes, tell the staff of the place and give this code:',
  },

  refusals: {
    address: {
      title: 'This address does not work',
      why: 'Something is missing, or it does not come from the Wi-Fi of this place.',
    },
    gateway: {
      title: 'The Wi-Fi of this place is not set up right',
      why: 'It is not your fault. The staff of the place can report it.',
    },
    unseen: {
      title: 'We cannot find your device',
      why: 'The Wi-Fi of this place does not see this device.',
    },
    notOpened: {
      title: 'The Wi-Fi did not open',
      why: 'You have accepted, but the Wi-Fi of this place did not answer.',
    },
    expired: {
      title: 'This page is no longer valid',
      why: 'It has been open for too long.',
    },
    closed: {
      title: 'The Wi-Fi is not open yet',
      why: 'This place does not offer guest Wi-Fi yet.',
    },
    busy: {
      title: 'Many people at the moment',
      why: 'Too many requests come from the same place at once.',
    },
  },

  unavailable: {
    title: 'One moment, please',
    why: 'We cannot record your acceptance right now. It is not your fault, and nothing is lost.',
    auto: 'This page tries again by itself. Leave it open.',
    retry: 'Try again now',
  },

  opening: {
    title: 'We are opening your access',
    lead: 'You have accepted the terms. This takes a few seconds. The page looks by itself.',
    again: 'Look now',
  },

  notFound: {
    title: 'This page does not exist',
    why: 'The address may be misspelt, or the page has moved.',
    home: 'Go to the home page',
  },

  failure: {
    title: 'Something went wrong on our side',
    why: 'It is not your fault. The error is noted. Try again in a minute.',
  },

  captive: { redirecting: 'Open the Wi-Fi page' },
}
