import type { Text } from './fr.ts'

export const en: Text = {
  languageName: 'English',
  skipToContent: 'Skip to content',
  chooseLanguage: 'Choose a language',
  contactLabel: 'A question?',

  terms: {
    title: 'Welcome to the Wi-Fi',
    lead: 'Free, no account, no password: read, accept, and you are online.',
    briefly: 'In short',
    grant: (duration) => `Once you accept, this device is allowed for ${duration}.`,
    filter: 'A filter blocks some sites.',
    log: 'The law asks us to keep a record of the connection for one year. Never the sites you visit.',
    heading: 'Terms of use',
    version: (version, date) => `Version ${version}, in force since ${date}.`,
    consequence: 'Pressing it means accepting the terms.',
    accept: 'I accept, connect me',
    notAccepted: 'You are not online yet: press the button to accept the terms.',
    changed:
      'The terms have just changed. Here is the new version: please read it before accepting.',
    back: 'It works again. Press the button once more.',
    readTitle: 'Terms and information',
    readLead: 'What you accept when you use this Wi-Fi, and what we record.',
    noneYet: 'No terms of use are published at the moment.',
  },

  notice: {
    heading: 'Your data and the filter',
    summary: 'What we record, and why',
    who: 'Who',
    whoText: (organisation) =>
      `${organisation}, which offers you this Wi-Fi, is responsible for these data.`,
    why: 'Why',
    whyText:
      'French law requires it (article L34-1 of the code of posts and electronic communications). The proof that you accepted serves to apply the terms.',
    what: 'What',
    whatText:
      'The place, the Wi-Fi address (MAC) and internet addresses (IP) of the device, the start and end of the connection, the version of the terms you accepted. Not your name, not the sites you visit, not what you do there.',
    howLong: 'How long',
    howLongText: 'One year, then everything is erased.',
    recipients: 'For whom',
    recipientsText:
      'Courts and the authorities that the law allows, on written request. The few people who may look leave a trace each time. Nothing is sold or used for advertising.',
    rights: 'Your rights',
    rightsText: (contact) =>
      `You can ask what we hold about your device, have it corrected or its use limited: ${contact}. You can also turn to the French authority CNIL (cnil.fr).`,
    rightsNoContact:
      'You can ask the staff of the place what we hold about your device, have it corrected or its use limited. You can also turn to the French authority CNIL (cnil.fr).',
  },

  filter: {
    summary: 'The filter: what is blocked, and who decides',
    what: 'When your device looks for a site, we compare its name with lists of sites that are dangerous or that the terms forbid. If it is there, it does not open. We do not note who asked for what.',
    who: (organisation) => `${organisation} chooses the lists and the rules.`,
    complain: (contact) => `Is a site blocked by mistake? Write to ${contact}.`,
    complainNoContact: 'Is a site blocked by mistake? Tell the staff of the place.',
  },

  connected: {
    title: 'You are online',
    lead: 'You can close this page and use the internet.',
    until: (date) => `This device is allowed until ${date}.`,
    receipt: 'Your receipt:',
    receiptWhy: 'This code proves that you accepted. You do not need to keep it.',
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
    lead: (organisation) =>
      `${organisation} offers free internet access to the people it welcomes.`,
    visitors: 'Are you there now?',
    visitorsText: 'Join the Wi-Fi of the place: the connection page opens by itself.',
    helpLink: 'The page does not open',
    rules: 'The rules, your data',
    rulesText: 'What you accept, what we record, what is filtered.',
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
    malformed: {
      title: 'The address is incomplete',
      why: 'The Wi-Fi gateway sent you here with an address that was cut or damaged.',
    },
    'unknown-gateway': {
      title: 'We do not know this gateway',
      why: 'The Wi-Fi gateway that sent you is not registered with us.',
    },
    'wrong-kind': {
      title: 'This gateway is not set up correctly',
      why: 'The Wi-Fi gateway does not speak the way that was agreed for it.',
    },
    'unsupported-level': {
      title: 'This gateway is not set up correctly',
      why: 'The Wi-Fi gateway uses a mode that we do not support.',
    },
    'bad-signature': {
      title: 'This address is not valid',
      why: 'We could not verify that it comes from the Wi-Fi gateway of this place.',
    },
    'link-expired': {
      title: 'This address has expired',
      why: 'For your safety it is valid for ten minutes only.',
    },
    'clock-ahead': {
      title: 'The clock of the gateway is wrong',
      why: 'The Wi-Fi gateway does not have the right time, so we cannot verify the address.',
    },
    'no-guest-network': {
      title: 'No guest Wi-Fi here',
      why: 'This place does not offer guest Wi-Fi yet.',
    },
    'device-not-seen': {
      title: 'We cannot find your device',
      why: 'The Wi-Fi of this place does not see the device that this address is for.',
    },
    'gateway-unreachable': {
      title: 'The Wi-Fi gateway does not answer',
      why: 'Your acceptance may be recorded, but we could not reach what opens the access.',
    },
    'gateway-refused': {
      title: 'The Wi-Fi gateway did not open',
      why: 'Your acceptance is recorded, but the gateway refused to open the access.',
    },
    'gateway-silent': {
      title: 'The Wi-Fi gateway did not open',
      why: 'Your acceptance is recorded, but the gateway did not come for it in time.',
    },
    'no-terms': {
      title: 'The Wi-Fi is not open yet',
      why: 'The terms of use are not published yet.',
    },
    'bad-ticket': {
      title: 'This page is no longer valid',
      why: 'We could not read back what it contained.',
    },
    'ticket-expired': {
      title: 'This page has expired',
      why: 'It has been open for more than an hour.',
    },
    'too-many': {
      title: 'Many people at the moment',
      why: 'Too many requests come from the same place at once.',
    },
    'too-large': {
      title: 'The request is too large',
      why: 'Your device sent more than this page expects.',
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
    lead: 'You have accepted the terms. This takes a few seconds; the page looks by itself.',
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
