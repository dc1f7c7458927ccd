import type { AlertKind } from '#db/alerts.ts'

/** What an alert says, the reference. English has exactly these sentences. */
export interface AlertText {
  /** By kind: what happened, in one line, and what to do about it. */
  readonly kinds: Readonly<Record<AlertKind, { readonly title: string; readonly toDo: string }>>
  readonly urgent: string
  readonly times: string
  readonly line: string
  readonly many: string
  readonly when: string
  readonly since: string
  readonly place: string
  readonly association: string
  readonly gateway: string
  readonly account: string
  readonly actor: string
  readonly subject: string
  readonly toDo: string
  readonly open: string
  readonly testTitle: string
  readonly testToDo: string
}

export const alertsFr: AlertText = {
  kinds: {
    'sign-in-outside-hours': {
      title: 'Connexion en dehors des heures d’ouverture',
      toDo: 'Demandez à cette personne si c’était elle. Sinon, désactivez son compte dans l’annuaire : ses appareils sont coupés aussitôt.',
    },
    'role-granted': {
      title: 'Un rôle d’administration a été donné',
      toDo: 'Vérifiez que c’était prévu. Sinon, retirez le rôle là où il est donné (fichier ou page), puis lisez dans l’audit ce qui a été fait avec.',
    },
    'log-export': {
      title: 'Un dossier du journal de connexion a été produit',
      toDo: 'Vérifiez que la référence est celle d’une réquisition connue. Sinon, prévenez le délégué à la protection des données.',
    },
    'log-export-approved': {
      title: 'Un dossier du journal de connexion a été approuvé',
      toDo: 'Vérifiez que la réquisition est connue. Sinon, prévenez le délégué à la protection des données avant que le dossier ne parte.',
    },
    'chain-broken': {
      title: 'Une chaîne de preuves est rompue',
      toDo: 'Ne modifiez plus rien. Gardez une copie de la base, puis lancez « accueil audit verify » et « accueil logs verify » : ils nomment la première ligne touchée.',
    },
    'gateway-impersonated': {
      title: 'Quelqu’un se fait peut-être passer pour une passerelle',
      toDo: 'Si son secret vient de changer, corrigez-le sur la passerelle. Sinon, donnez-lui un nouveau secret, ou mieux un certificat (RadSec), et cherchez qui envoie depuis son adresse.',
    },
    'break-glass': {
      title: 'Un compte de secours a servi',
      toDo: 'Demandez à qui le détient pourquoi. Si personne ne le sait, changez son mot de passe, terminez ses sessions et lisez dans l’audit ce qu’il a fait.',
    },
  },
  urgent: 'Urgent : {title}',
  times: '{title} ({count} fois)',
  line: '{label} : {value}',
  many: 'D’autres du même genre dans la même heure : le détail est dans l’audit et dans les traces de connexion.',
  when: 'Quand',
  since: 'depuis le {first}, la dernière fois le {last}',
  place: 'Lieu',
  association: 'Association',
  gateway: 'Passerelle',
  account: 'Compte',
  actor: 'Par',
  subject: 'Quoi',
  toDo: 'Que faire',
  open: 'Voir les alertes',
  testTitle: 'Essai d’alerte',
  testToDo: 'Rien : ce message montre que ce canal fonctionne.',
}
