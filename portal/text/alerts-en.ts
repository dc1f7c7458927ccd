import type { AlertText } from './alerts-fr.ts'

export const alertsEn: AlertText = {
  kinds: {
    'sign-in-outside-hours': {
      title: 'Sign-in outside opening hours',
      toDo: 'Ask this person whether it was them. If not, disable their account in the directory: their devices are cut off at once.',
    },
    'role-granted': {
      title: 'An administration role was given',
      toDo: 'Check that it was meant. If not, take the role away where it is given (file or page), then read in the audit what was done with it.',
    },
    'log-export': {
      title: 'A pack of the connection log was made',
      toDo: 'Check that the reference is that of a requisition you know. If not, tell the data protection officer.',
    },
    'log-export-approved': {
      title: 'A pack of the connection log was approved',
      toDo: 'Check that you know the requisition. If not, tell the data protection officer before the pack leaves.',
    },
    'chain-broken': {
      title: 'A chain of proof is broken',
      toDo: 'Change nothing any more. Keep a copy of the database, then run “accueil audit verify” and “accueil logs verify”: they name the first line that was touched.',
    },
    'gateway-impersonated': {
      title: 'Somebody may be posing as a gateway',
      toDo: 'If its secret was just changed, correct it on the gateway. If not, give it a new secret, or better a certificate (RadSec), and find out who sends from its address.',
    },
    'break-glass': {
      title: 'An emergency account was used',
      toDo: 'Ask whoever keeps it why. If nobody knows, change its password, end its sessions and read in the audit what it did.',
    },
  },
  urgent: 'Urgent: {title}',
  times: '{title} ({count} times)',
  line: '{label}: {value}',
  many: 'More of the same kind within the hour: the audit and the traces of logins have the details.',
  when: 'When',
  since: 'since {first}, last {last}',
  place: 'Place',
  association: 'Association',
  gateway: 'Gateway',
  account: 'Account',
  actor: 'By',
  subject: 'What',
  toDo: 'What to do',
  open: 'See the alerts',
  testTitle: 'Test of an alert',
  testToDo: 'Nothing: this message shows that this channel works.',
}
