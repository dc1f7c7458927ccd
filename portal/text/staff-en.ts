import type { StaffText } from './staff-fr.ts'

export const staffEn: StaffText = {
  languageName: 'English',
  skipToContent: 'Skip to content',
  mainNavigation: 'Pages',
  contactLabel: 'A question?',
  signedInAs: 'You are {name}',
  signOut: 'Sign out',

  navigation: {
    home: 'My access',
    sessions: 'My sign-ins',
  },

  signIn: {
    title: 'Sign in',
    lead: 'For volunteers and employees of {organisation}. People who are welcomed here need no account.',
    leadAgain: 'What you are about to do is sensitive: please prove once more that it is you.',
    with: 'Continue with {provider}',
    orLocal: 'Use an emergency account',
    account: 'User name',
    password: 'Password',
    submit: 'Sign in',
    wrong: 'Wrong user name or password. Look at capital letters and try again.',
    empty: 'Enter your user name and your password.',
    held: 'Too many tries. Wait {duration} before you try again.',
    busy: 'Too many people are signing in at once. Try again in a few seconds.',
    'directory-away': 'The directory does not answer. Try again in a minute.',
    'password-expired':
      'Your password has expired. Change it where you usually do, then come back here.',
    'account-off':
      'The directory has disabled this account. If that is a mistake, ask your IT department.',
    'account-expired':
      'This account has expired in the directory. Ask your IT department to renew it.',
    'account-locked':
      'This account is locked, as a rule after too many wrong passwords. Ask your IT department, and look for another device that still has the old password.',
    'account-restricted':
      'The directory does not let this account sign in at this hour, or from here.',
  },

  secondFactor: {
    title: 'Verification code',
    lead: 'Open the app that shows your codes and copy the one of Accueil.',
    code: '6-digit code, or recovery code',
    submit: 'Verify',
    wrong: 'This code is not right, or it was used already. Wait for the next one.',
    enrolTitle: 'Protect this account',
    enrolLead: 'A password can be seen or guessed. So an emergency account needs a second factor.',
    enrolStep1:
      'On your phone, open an authenticator app (Aegis, FreeOTP, Google Authenticator, 2FAS…).',
    enrolStep2: 'Scan this code, or type the key.',
    enrolStep3: 'Enter the 6-digit code that the app shows.',
    key: 'Key to type:',
    picture: 'QR code of the key',
    enrolSubmit: 'Turn on',
    codesTitle: 'Your recovery codes',
    codesLead:
      'If you lose the phone, each of these codes opens this account once. Print them or write them down: this page is shown only once.',
    codesNext: 'I have noted them, continue',
    usePasskey: 'Use my passkey',
  },

  passkeys: {
    title: 'My passkeys',
    lead: 'A passkey replaces the code of the app: a USB security key, or this phone or computer itself. It works on this site only, so that no page that imitates it can steal it.',
    none: 'You have none yet. The code of the app is always good.',
    addTitle: 'Add a passkey',
    name: 'What is it called?',
    nameHint: 'To know it again later, for example “USB key in the safe”.',
    add: 'Add a passkey',
    added: 'The passkey is added. At the next sign-in it replaces the code.',
    removed: 'The passkey is removed: it opens nothing any more.',
    noName: 'Give the passkey a name.',
    notMade: 'The browser made no passkey. Try again, and touch the key when it asks you to.',
    notShown: 'The browser showed no passkey. Try again, or type the code of the app.',
    notTaken: 'This passkey is known already, or you have ten: remove one first.',
    noScript: 'The browser must run the script of this page to make a passkey.',
    noPasskeys:
      'Browsers make passkeys only for a name with https. An administrator gives it in ACCUEIL_PUBLIC_URL.',
    since: 'Added on {day}',
    used: 'used on {day}',
    unused: 'not used yet',
    remove: 'Remove',
    removeNamed: 'Remove {name}',
  },

  home: {
    title: 'Hello {name}',
    lead: 'You are signed in to {organisation}.',
    account: 'Your account',
    accountName: 'User name',
    mail: 'Email address',
    groups: 'Groups',
    noGroups: 'none',
    moreGroups: 'and {count} more',
    by: 'Signed in by',
    byDirectory: 'the directory {name}',
    byLocal: 'an emergency account, with a second factor',
  },

  sessions: {
    title: 'My sign-ins',
    lead: 'The browsers in which your account is open. End those that you do not know.',
    this: 'this browser',
    opened: 'Opened {opened}, used {used}.',
    end: 'End',
    endNamed: 'End the sign-in {browser}, opened {when}',
    endOthers: 'End all others',
    alone: 'Your account is open in this browser only.',
    ended: 'The sign-in has ended.',
    unknownBrowser: 'Unknown browser',
  },

  signedOut: {
    title: 'You are signed out',
    lead: 'On a shared computer, close the browser too.',
    provider: 'Sign out of {provider} too',
    again: 'Sign in again',
  },

  captive: {
    title: 'Open this page in your browser',
    lead: 'This small window opens by itself when one joins the Wi-Fi. The sign-in of your organisation does not work in it.',
    step1: 'Copy this address.',
    step2:
      'Close this window. If the phone asks, choose “Use without internet” or “Stay connected”.',
    step3: 'Open Safari, Chrome or Firefox, and paste the address.',
    guest: 'Only want the internet? Accept the terms of the Wi-Fi',
  },

  letIn: {
    title: 'Let a device in',
    lead: 'For a device without a browser, or somebody who cannot read the page: the device is allowed on the guests’ Wi-Fi for one day.',
    place: 'Place',
    mac: 'Wi-Fi address (MAC) of the device',
    where:
      'In the Wi-Fi settings of the device, or on its label. On a phone the address may differ from one network to the next.',
    submit: 'Let in for one day',
    record:
      'Your name is kept with this permission. Explain the terms to the person before you let them in.',
    done: 'The device {mac} is allowed until {until}.',
    next: {
      open: 'The access point has let it in: it is online now.',
      told: 'The access point has been told and lets it in within seconds, a minute at most. If it does not, turn the device’s Wi-Fi off and on.',
      'by-itself': 'Turn its Wi-Fi off and on.',
      'not-seen':
        'The access point does not see this device at the moment. Connect it to the Wi-Fi, then let it in once more.',
      failed:
        'The access point could not be told. Turn the device’s Wi-Fi off and on; if that is not enough, tell the administrator of the place.',
    },
    waiting: 'Devices that wait',
    waitingLead:
      'They asked for the terms page in the last ten minutes. To tell which one is somebody’s, have them open the page again and reload this one: the latest is on top.',
    nobodyWaits:
      'No device has asked for the terms page in the last ten minutes. Join the device to the Wi-Fi and reload this page, or type its address below.',
    askedAgo: 'asked for the page {ago}',
    letThisIn: 'Let in',
    letNamedIn: 'Let in {mac} for one day',
    byAddress: 'By the device’s address',
    noPlace: 'Choose one of the places in the list.',
    noMac:
      'This is no Wi-Fi address. It has twelve digits and letters from A to F, for example AA-BB-CC-DD-EE-FF.',
    noTerms: 'No terms of use are published: nobody can be allowed.',
  },

  offReasons: {
    'scim-inactive': 'your organisation has disabled it',
    'scim-deleted': 'your organisation has deleted it',
    'directory-gone': 'the directory does not know it any more',
    'directory-disabled': 'the directory has disabled it',
    'directory-expired': 'it has expired in the directory',
  },

  problems: {
    back: 'Sign in',
    backHome: 'Back to my access',
    'no-right': {
      title: 'You may not do this',
      why: 'Your account does not allow it. An administrator of your association can give you the role that does.',
    },
    'not-signed-in': {
      title: 'Your sign-in has ended',
      why: 'It ends after an hour without activity. Nothing was changed: sign in, then try again.',
    },
    confirm: {
      title: 'Confirm that it is you',
      why: 'You signed in too long ago for this. Nothing was changed: prove who you are, then try again.',
    },
    'other-site': {
      title: 'This request does not come from our pages',
      why: 'To be safe, nothing was changed. Go back to the page and try again.',
    },
    'too-large': {
      title: 'This is too long',
      why: 'The form is larger than allowed. Nothing was changed.',
    },
    unavailable: {
      title: 'One moment, please',
      why: 'The database does not answer. Nothing was changed. Try again in a minute.',
    },
    busy: {
      title: 'Many people at the moment',
      why: 'Too many sign-ins began at the same place. Wait a minute, then try again.',
    },
    'pending-expired': {
      title: 'This sign-in took too long',
      why: 'It was open for more than ten minutes, or it began in another window. Please start again.',
    },
    'provider-away': {
      title: 'The sign-in service does not answer',
      why: '{provider} is down or too slow at the moment. Try again in a minute. Devices that are enrolled go on joining the Wi-Fi.',
    },
    'provider-refused': {
      title: 'The sign-in did not succeed',
      why: '{provider} did not sign you in. If you did not cancel it yourself, ask your IT department.',
    },
    'provider-answer': {
      title: 'This sign-in is not valid',
      why: 'The answer is not the one that we expect of {provider}: it may be old, or used already. Nobody was signed in. Please start again.',
    },
    'provider-clock': {
      title: 'The clocks do not agree',
      why: 'The time of {provider} and ours are more than five minutes apart. Nobody was signed in. Tell your IT department: one of the two servers must be set right.',
    },
    'no-account': {
      title: 'Your account has no user name',
      why: '{provider} did not say what you are called. An administrator has to look at the declaration “sign_in”.',
    },
    'other-person': {
      title: 'This is another account',
      why: 'You were signed in with one account, and another one answered. Nothing was done. Sign out first to change it.',
    },
    'account-off': {
      title: 'This account is disabled',
      why: 'Since {since}: {reason}. If that is a mistake, ask your IT department.',
    },
    'no-provider': {
      title: 'This way to sign in is no longer there',
      why: 'An administrator has removed it. Choose another one.',
    },
  },
}
