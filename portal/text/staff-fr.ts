import type { OffReason } from '#db/off-reasons.ts'

/** What staff read, the reference; guests read `fr.ts`. English has exactly these sentences. */
export const staffFr = {
  languageName: 'Français',
  skipToContent: 'Aller au contenu',
  mainNavigation: 'Pages',
  contactLabel: 'Une question ?',
  signedInAs: 'Vous êtes {name}',
  signOut: 'Se déconnecter',

  navigation: {
    home: 'Mon accès',
    sessions: 'Mes connexions',
  },

  signIn: {
    title: 'Se connecter',
    lead: 'Pour les bénévoles et les salariés de {organisation}. Les personnes accueillies n’ont pas besoin de compte.',
    leadAgain:
      'Ce que vous allez faire est sensible : prouvez encore une fois que c’est bien vous.',
    with: 'Continuer avec {provider}',
    orLocal: 'Utiliser un compte de secours',
    account: 'Identifiant',
    password: 'Mot de passe',
    submit: 'Se connecter',
    wrong: 'Identifiant ou mot de passe incorrect. Vérifiez les majuscules et réessayez.',
    empty: 'Écrivez votre identifiant et votre mot de passe.',
    held: 'Trop d’essais. Attendez {duration} avant de réessayer.',
    busy: 'Trop de personnes se connectent en même temps. Réessayez dans quelques secondes.',
    'directory-away': 'L’annuaire ne répond pas. Réessayez dans une minute.',
    'password-expired':
      'Votre mot de passe a expiré. Changez-le comme d’habitude, puis revenez ici.',
    'account-off':
      'L’annuaire a désactivé ce compte. Si c’est une erreur, demandez à votre service informatique.',
    'account-expired':
      'Ce compte est arrivé à son terme dans l’annuaire. Demandez à votre service informatique de le renouveler.',
    'account-locked':
      'Ce compte est bloqué, d’ordinaire après trop de mots de passe faux. Demandez à votre service informatique, et cherchez un autre appareil qui a encore l’ancien mot de passe.',
    'account-restricted': 'L’annuaire n’admet pas ce compte à cette heure, ou d’ici.',
  },

  secondFactor: {
    title: 'Code de vérification',
    lead: 'Ouvrez l’application qui donne vos codes et recopiez celui d’Accueil.',
    code: 'Code à 6 chiffres, ou code de secours',
    submit: 'Vérifier',
    wrong: 'Ce code n’est pas le bon, ou il a déjà servi. Attendez le suivant.',
    enrolTitle: 'Protéger ce compte',
    enrolLead:
      'Un mot de passe peut être vu ou deviné. Un second facteur est donc obligatoire pour un compte de secours.',
    enrolStep1:
      'Sur votre téléphone, ouvrez une application de codes (Aegis, FreeOTP, Google Authenticator, 2FAS…).',
    enrolStep2: 'Scannez ce code, ou recopiez la clé.',
    enrolStep3: 'Écrivez ici le code à 6 chiffres que l’application affiche.',
    key: 'Clé à recopier :',
    picture: 'Code QR de la clé',
    enrolSubmit: 'Activer',
    codesTitle: 'Vos codes de secours',
    codesLead:
      'Si vous perdez le téléphone, chacun de ces codes ouvre ce compte une seule fois. Imprimez-les ou notez-les : cette page ne se montre qu’une fois.',
    codesNext: 'C’est noté, continuer',
    usePasskey: 'Utiliser ma clé d’accès',
  },

  passkeys: {
    title: 'Mes clés d’accès',
    lead: 'Une clé d’accès remplace le code de l’application : une clé de sécurité USB, ou ce téléphone ou cet ordinateur lui-même. Elle ne fonctionne que sur ce site, et ne peut donc pas être volée par une page qui l’imite.',
    none: 'Vous n’en avez encore aucune. Le code de l’application vaut toujours.',
    addTitle: 'Ajouter une clé',
    name: 'Comment s’appelle-t-elle ?',
    nameHint: 'Pour la reconnaître plus tard, par exemple « Clé USB du coffre ».',
    add: 'Ajouter une clé',
    added: 'La clé d’accès est ajoutée. À la prochaine connexion, elle remplace le code.',
    removed: 'La clé d’accès est retirée : elle n’ouvre plus rien.',
    noName: 'Donnez un nom à la clé.',
    notMade:
      'Le navigateur n’a pas créé de clé. Recommencez, et touchez la clé quand il le demande.',
    notShown:
      'Le navigateur n’a pas montré de clé. Recommencez, ou recopiez le code de l’application.',
    notTaken: 'Cette clé est déjà connue, ou vous en avez dix : retirez-en une d’abord.',
    noScript: 'Le navigateur doit exécuter le script de cette page pour créer une clé.',
    noPasskeys:
      'Les navigateurs ne créent de clé d’accès que pour un nom en https. Un administrateur le donne dans ACCUEIL_PUBLIC_URL.',
    since: 'Ajoutée le {day}',
    used: 'utilisée le {day}',
    unused: 'pas encore utilisée',
    remove: 'Retirer',
    removeNamed: 'Retirer {name}',
  },

  home: {
    title: 'Bonjour {name}',
    lead: 'Vous êtes connecté à {organisation}.',
    account: 'Votre compte',
    accountName: 'Identifiant',
    mail: 'Adresse de messagerie',
    groups: 'Groupes',
    noGroups: 'aucun',
    moreGroups: 'et {count} autres',
    by: 'Connexion par',
    byDirectory: 'l’annuaire {name}',
    byLocal: 'un compte de secours, avec second facteur',
  },

  sessions: {
    title: 'Mes connexions',
    lead: 'Les navigateurs où votre compte est ouvert. Fermez ceux que vous ne reconnaissez pas.',
    this: 'ce navigateur',
    opened: 'Ouverte {opened}, utilisée {used}.',
    end: 'Fermer',
    endNamed: 'Fermer la connexion {browser}, ouverte {when}',
    endOthers: 'Fermer toutes les autres',
    alone: 'Votre compte n’est ouvert que dans ce navigateur.',
    ended: 'La connexion est fermée.',
    unknownBrowser: 'Navigateur inconnu',
  },

  signedOut: {
    title: 'Vous êtes déconnecté',
    lead: 'Sur un ordinateur partagé, fermez aussi le navigateur.',
    provider: 'Fermer aussi la connexion chez {provider}',
    again: 'Se connecter de nouveau',
  },

  captive: {
    title: 'Ouvrez cette page dans votre navigateur',
    lead: 'Cette petite fenêtre s’ouvre toute seule quand on rejoint le Wi-Fi. La connexion de votre organisation n’y fonctionne pas.',
    step1: 'Copiez cette adresse.',
    step2:
      'Fermez cette fenêtre. Si le téléphone demande, choisissez « Utiliser sans internet » ou « Rester connecté ».',
    step3: 'Ouvrez Safari, Chrome ou Firefox, et collez l’adresse.',
    guest: 'Vous voulez seulement internet ? Acceptez les conditions du Wi-Fi',
  },

  letIn: {
    title: 'Laisser entrer un appareil',
    lead: 'Pour un appareil sans navigateur, ou une personne qui ne peut pas lire la page : l’appareil est autorisé sur le Wi-Fi des personnes accueillies pendant un jour.',
    place: 'Lieu',
    mac: 'Adresse Wi-Fi (MAC) de l’appareil',
    where:
      'Dans les réglages du Wi-Fi de l’appareil, ou sur son étiquette. Sur un téléphone, l’adresse peut changer d’un réseau à l’autre.',
    submit: 'Laisser entrer pour un jour',
    record:
      'Votre nom est gardé avec cette autorisation. Expliquez les conditions à la personne avant de la laisser entrer.',
    done: 'L’appareil {mac} est autorisé jusqu’au {until}.',
    next: {
      open: 'La borne l’a laissé entrer : il peut naviguer maintenant.',
      told: 'La borne est prévenue et le laisse entrer dans les secondes qui viennent, une minute au plus. Sinon, éteignez puis rallumez son Wi-Fi.',
      'by-itself': 'Éteignez puis rallumez son Wi-Fi.',
      'not-seen':
        'La borne ne voit pas cet appareil en ce moment. Connectez-le au Wi-Fi, puis laissez-le entrer encore une fois.',
      failed:
        'La borne n’a pas pu être prévenue. Éteignez puis rallumez son Wi-Fi ; si cela ne suffit pas, prévenez l’administrateur du lieu.',
    },
    waiting: 'Appareils qui attendent',
    waitingLead:
      'Ils ont demandé la page des conditions dans les dix dernières minutes. Pour reconnaître l’appareil d’une personne, demandez-lui de rouvrir la page puis actualisez celle-ci : le plus récent est en haut.',
    nobodyWaits:
      'Aucun appareil n’a demandé la page des conditions dans les dix dernières minutes. Connectez l’appareil au Wi-Fi puis actualisez cette page, ou saisissez son adresse plus bas.',
    askedAgo: 'a demandé la page {ago}',
    letThisIn: 'Laisser entrer',
    letNamedIn: 'Laisser entrer {mac} pour un jour',
    byAddress: 'Avec l’adresse de l’appareil',
    noPlace: 'Choisissez un des lieux de la liste.',
    noMac:
      'Ce n’est pas une adresse Wi-Fi. Elle a douze chiffres et lettres de A à F, par exemple AA-BB-CC-DD-EE-FF.',
    noTerms: 'Aucune condition d’utilisation n’est publiée : personne ne peut être autorisé.',
  },

  offReasons: {
    'scim-inactive': 'votre organisation l’a désactivé',
    'scim-deleted': 'votre organisation l’a supprimé',
    'directory-gone': 'l’annuaire ne le connaît plus',
    'directory-disabled': 'l’annuaire l’a désactivé',
    'directory-expired': 'il a expiré dans l’annuaire',
  } satisfies Readonly<Record<OffReason, string>>,

  problems: {
    back: 'Se connecter',
    backHome: 'Revenir à mon accès',
    'no-right': {
      title: 'Vous n’avez pas ce droit',
      why: 'Votre compte ne permet pas de faire cela. Un administrateur de votre association peut vous donner le rôle qu’il faut.',
    },
    'not-signed-in': {
      title: 'Votre connexion est terminée',
      why: 'Elle s’arrête après une heure sans activité. Rien n’a été changé : connectez-vous, puis recommencez.',
    },
    confirm: {
      title: 'Confirmez que c’est bien vous',
      why: 'Vous vous êtes connecté il y a trop longtemps pour cette action. Rien n’a été changé : prouvez qui vous êtes, puis recommencez.',
    },
    'other-site': {
      title: 'Cette demande ne vient pas de nos pages',
      why: 'Par sécurité, rien n’a été changé. Revenez à la page et recommencez.',
    },
    'too-large': {
      title: 'C’est trop long',
      why: 'Le formulaire envoyé dépasse la taille permise. Rien n’a été changé.',
    },
    unavailable: {
      title: 'Un instant, s’il vous plaît',
      why: 'La base de données ne répond pas. Rien n’a été changé. Réessayez dans une minute.',
    },
    busy: {
      title: 'Trop de monde en même temps',
      why: 'Trop de connexions ont commencé depuis le même endroit. Attendez une minute, puis réessayez.',
    },
    'pending-expired': {
      title: 'Cette connexion a pris trop de temps',
      why: 'Elle est restée ouverte plus de dix minutes, ou elle a commencé dans une autre fenêtre. Recommencez.',
    },
    'provider-away': {
      title: 'Le service de connexion ne répond pas',
      why: '{provider} est indisponible ou trop lent en ce moment. Réessayez dans une minute. Les appareils déjà enregistrés continuent de se connecter au Wi-Fi.',
    },
    'provider-refused': {
      title: 'La connexion n’a pas abouti',
      why: '{provider} n’a pas accepté de vous connecter. Si vous n’avez pas annulé vous-même, demandez à votre service informatique.',
    },
    'provider-answer': {
      title: 'Cette connexion n’est pas valable',
      why: 'La réponse reçue n’est pas celle que nous attendions de {provider} : elle est peut-être ancienne, ou déjà utilisée. Personne n’a été connecté. Recommencez.',
    },
    'provider-clock': {
      title: 'Les horloges ne sont pas d’accord',
      why: 'L’heure de {provider} et la nôtre diffèrent de plus de cinq minutes. Personne n’a été connecté. Prévenez votre service informatique : il faut remettre à l’heure l’un des deux serveurs.',
    },
    'no-account': {
      title: 'Votre compte n’a pas d’identifiant',
      why: '{provider} n’a pas dit comment vous vous appelez. Un administrateur doit vérifier la déclaration « sign_in ».',
    },
    'other-person': {
      title: 'C’est un autre compte',
      why: 'Vous étiez connecté avec un compte, et un autre vient de répondre. Rien n’a été fait. Déconnectez-vous d’abord pour en changer.',
    },
    'account-off': {
      title: 'Ce compte est désactivé',
      why: 'Depuis {since} : {reason}. Si c’est une erreur, demandez à votre service informatique.',
    },
    'no-provider': {
      title: 'Ce moyen de connexion n’existe plus',
      why: 'Il a été retiré par un administrateur. Choisissez-en un autre.',
    },
  },
}

export type StaffText = typeof staffFr
