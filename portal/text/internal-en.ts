import type { InternalText } from './internal-fr.ts'

export const internalEn: InternalText = {
  arrival: {
    title: 'The internal network of {organisation}',
    lead: 'This network is for staff and volunteers of {organisation}. Sign in with the account that you already have: the device then comes in for {duration}.',
    leadCaptive:
      'This network is for staff and volunteers of {organisation}. Sign in with your real browser, on this device or on another one.',
    signIn: 'Sign in',
    address: 'Or open this address on another device, within fifteen minutes:',
    other: 'Not with {organisation}? Leave this network and choose the one for visitors.',
  },

  join: {
    title: 'Let this device in',
    lead: 'It comes into the internal network of {organisation}, in your name, for {duration}.',
    mac: 'Wi-Fi address of the device',
    place: 'Place',
    until: 'Until',
    random:
      'This device makes up its address: it comes in for a shorter time, and has to ask again if it changes it.',
    yours:
      'Go on only if this device is in front of you. What it does on the network is recorded in your name.',
    submit: 'Let this device in',
    better: 'Is it a laptop or a phone? Enrol it: it will always come in by itself.',
  },

  closed: {
    unknown: {
      title: 'This address is no longer good',
      why: 'It is good for fifteen minutes and for one device. On the device, open any page: a new address is shown.',
    },
    elsewhere: {
      title: 'This network lets nobody in this way',
      why: 'The place of this device no longer allows it. Ask your IT team, or enrol the device.',
    },
    refused: {
      title: 'You cannot come in here now',
      why: 'The rules of your organisation say: “{refusal}”. Ask your IT team if that surprises you.',
    },
    'too-many': {
      title: 'You have let in {count} devices already',
      why: 'End the access of one of them under “My devices”, then come back to this page.',
    },
    devices: 'My devices',
  },

  mine: {
    title: 'Let in by signing in',
    until: 'at {site}, until {moment}',
    end: 'End',
    endNamed: 'End the access of {mac}',
  },
}
