/** `on` is a day: `2026-11-24`. */
interface Review {
  readonly by: string
  readonly on: string
}

/** `{ hour: { one: 'heure', other: 'heures' } }` */
export type Units = Readonly<
  Partial<Record<'day' | 'hour' | 'minute', { readonly one: string; readonly other: string }>>
>

/** The reference: every other language has exactly these sentences, with the same {words} to fill in. */
export const fr = {
  /** The native reader who has read every page in this language; null until somebody has. */
  reviewed: null as Review | null,

  languageName: 'Français',
  /** Only for lengths of time that Intl does not write out in this language. */
  units: null as Units | null,
  skipToContent: 'Aller au contenu',
  chooseLanguage: 'Choisir la langue',
  contactLabel: 'Une question ?',

  terms: {
    title: 'Bienvenue sur le Wi-Fi',
    lead: 'Gratuit, sans compte ni mot de passe : lisez, acceptez, c’est tout.',
    briefly: 'L’essentiel',
    grant: 'Une fois accepté, cet appareil est autorisé pendant {duration}.',
    filter: 'Un filtre bloque certains sites.',
    log: 'La loi nous demande de garder un an la trace de la connexion. Jamais les sites visités.',
    heading: 'Conditions d’utilisation',
    version: 'Version {version}, en vigueur depuis le {date}.',
    consequence: 'Appuyer, c’est accepter les conditions.',
    accept: 'J’accepte, me connecter',
    notAccepted:
      'Vous n’êtes pas encore en ligne : appuyez sur le bouton pour accepter les conditions.',
    changed:
      'Les conditions viennent de changer. Voici la nouvelle version : merci de la lire avant d’accepter.',
    back: 'C’est rétabli. Appuyez encore une fois sur le bouton.',
    readTitle: 'Conditions et informations',
    noneYet: 'Aucune condition d’utilisation n’est publiée pour le moment.',
  },

  /** For a device whose owner accepted this very version before. */
  renewal: {
    title: 'Content de vous revoir',
    lead: 'Vous avez déjà accepté ces conditions et elles n’ont pas changé. Un appui suffit.',
    accept: 'Prolonger mon accès',
    read: 'Relire les conditions',
  },

  receipt: {
    title: 'Vérifier un reçu',
    lead: 'Le code donné après l’acceptation des conditions montre ce qui a été accepté, quand et où.',
    code: 'Code du reçu',
    check: 'Vérifier',
    found: 'Ce reçu est vrai',
    notFound: 'Aucun reçu n’a ce code. Vérifiez chaque lettre. Un reçu est gardé un an.',
    accepted: 'Version {version} des conditions, acceptée le {date}.',
    place: 'Lieu : {place}.',
    device: 'L’adresse Wi-Fi de l’appareil finit par {end}.',
    language: 'Langue du texte montré : {language}.',
    renewed: 'Accès prolongé : le texte était replié, car il avait déjà été accepté.',
    readText: 'Lire ce texte exact',
    fingerprint: 'Empreinte du texte (SHA-256) : {hash}',
    plainText: 'Le texte brut, pour recalculer l’empreinte',
    former: 'Cette version n’est plus en vigueur.',
    toCome: 'Cette version n’est pas encore en vigueur.',
    readCurrent: 'Lire la version en vigueur',
  },

  /** For a text that the organisation wrote in fewer languages than the pages have. */
  onlyIn:
    'Ce texte existe seulement dans cette langue : {language}. Si vous ne le comprenez pas, demandez à l’accueil du lieu.',

  notice: {
    heading: 'Vos données et le filtre',
    short:
      '{organisation} est responsable de ces données. Vous avez le droit de savoir ce qui est gardé.',
    more: 'Lire tout sur vos données et le filtre',
    back: 'Revenir aux conditions',
    who: 'Qui est responsable',
    contact: 'Pour une question sur vos données',
    dpo: 'Délégué à la protection des données (DPO)',
    why: 'Pourquoi',
    whyLog:
      'Pour obéir à la loi française : elle nous demande de garder la trace des connexions (article {law} du code des postes et des communications électroniques ; RGPD, article {article}).',
    whyAccess:
      'Pour laisser votre appareil se connecter et prouver que vous avez accepté les conditions (RGPD, article {article}).',
    what: 'Ce que nous gardons',
    whatText:
      'Le lieu, l’adresse Wi-Fi (MAC) et les adresses internet (IP) de l’appareil, le début et la fin de la connexion, la quantité de données, la version des conditions acceptée. Ni votre nom, ni les sites que vous visitez, ni ce que vous y faites.',
    must: 'Vous n’avez pas à donner votre nom. Sans cette trace, la loi ne nous permet pas d’offrir ce Wi-Fi.',
    howLong: 'Combien de temps',
    howLongText:
      'Un an, puis tout est effacé, sauf ce que la justice demande de garder plus longtemps.',
    recipients: 'Pour qui',
    recipientsText:
      'La justice et les autorités autorisées par la loi, sur demande écrite. Les rares personnes habilitées laissent une trace de chaque consultation. Rien n’est vendu ni utilisé pour de la publicité.',
    rights: 'Vos droits',
    rightsText:
      'Vous pouvez demander ce que nous avons sur votre appareil, le faire corriger ou en limiter l’usage. La loi ne nous permet pas de l’effacer avant un an. Quand vous êtes en ligne, une page montre ce qui est gardé sur votre appareil.',
    ask: 'Écrivez à {contact}.',
    askNoContact: 'Demandez à l’accueil du lieu.',
    complaint:
      'Si vous pensez que vos droits ne sont pas respectés, vous pouvez vous plaindre à l’autorité française : {authority}.',
  },

  filter: {
    heading: 'Le filtre : ce qui est bloqué, et qui décide',
    what: 'Quand votre appareil cherche un site, nous comparons son nom à des listes de sites dangereux ou interdits par les conditions. S’il y figure, il ne s’ouvre pas. Nous ne notons pas qui a demandé quoi.',
    who: '{organisation} choisit les listes et les règles.',
    complain: 'Un site est bloqué par erreur ? Écrivez à {contact}.',
    complainNoContact: 'Un site est bloqué par erreur ? Dites-le à l’accueil du lieu.',
  },

  /** The page that stands in the place of a site that the filter blocks. */
  blocked: {
    title: 'Ce site est bloqué ici',
    whyTitle: 'Pourquoi',
    category: 'Le filtre range ce site dans la catégorie : {category}.',
    byRule: '{organisation} a choisi de bloquer ce site.',
    noReason: 'Le filtre le bloque sans dire pourquoi.',
    reference: 'Code du blocage : {code}',
    who: 'Qui décide',
    askTitle: 'Demander à le débloquer',
    note: 'Pourquoi en avez-vous besoin ? Une phrase, si vous voulez.',
    noName:
      'N’écrivez aucun nom. Nous gardons le nom du site et votre phrase, jamais qui les a envoyés.',
    ask: 'Envoyer la demande',
    notSent: 'La demande n’est pas partie. Réessayez dans une minute.',
    https:
      'Si l’adresse commence par https, votre appareil montre une erreur à la place de cette page. C’est voulu : nous n’ouvrons jamais une connexion chiffrée.',
    sentTitle: 'Votre demande est envoyée',
    sent: 'Les personnes responsables de ce lieu vont la lire.',
    enough:
      'D’autres ont déjà demandé ce site ici. Les personnes responsables de ce lieu vont lire leurs demandes.',
    afterwards:
      'Nous ne savons pas qui vous êtes et ne pouvons pas vous répondre. Essayez à nouveau le site dans quelques jours.',
    freeTitle: 'Ce site n’est pas bloqué',
    free: 'Votre appareil garde peut-être une ancienne réponse. Attendez une minute, puis ouvrez le site à nouveau.',
    unknownTitle: 'Ce site ne s’ouvre pas',
    unknown:
      'Nous ne savons pas pourquoi : le filtre ne nous a pas répondu. Réessayez dans une minute.',
  },

  /** By what lists call them. */
  categories: {
    adult: 'contenu pour adultes',
    gambling: 'jeux d’argent',
    malware: 'programmes dangereux',
    phishing: 'arnaques et faux sites',
    violence: 'violence et haine',
    drugs: 'drogues',
    piracy: 'copies illégales',
    ads: 'publicité et pistage',
    social: 'réseaux sociaux',
    games: 'jeux',
    streaming: 'vidéo et musique',
    dating: 'rencontres',
    proxy: 'contournement du filtre',
  },

  device: {
    title: 'Ce qui est gardé sur cet appareil',
    lead: 'Seul cet appareil peut ouvrir cette page, pendant une heure.',
    address: 'Adresse Wi-Fi de cet appareil : {mac}.',
    changes:
      'Beaucoup de téléphones changent d’adresse de temps en temps. Nous ne pouvons pas savoir que c’est le même téléphone.',
    accepted: 'Ce que vous avez accepté',
    acceptance: '{date}, {place} : version {version}, langue : {language}.',
    none: 'Nous ne gardons aucun accord de cet appareil.',
    notAllowed: 'Cet appareil n’est pas autorisé en ce moment.',
    log: 'La trace des connexions',
    ask: 'À qui demander',
    away: 'Nous ne pouvons pas lire ces informations en ce moment. Réessayez dans une minute.',
  },

  poster: {
    title: 'Wi-Fi gratuit',
    scan: 'Scannez ce code avec l’appareil photo de votre téléphone, ou choisissez le réseau {network} dans les réglages.',
    noPage: 'La page ne s’affiche pas ? Ouvrez {address}',
  },

  /** In the foot of each page, as French law wants it: a link to the statement. */
  accessibility: {
    none: 'Accessibilité : non conforme',
    partial: 'Accessibilité : partiellement conforme',
    full: 'Accessibilité : totalement conforme',
  },

  connected: {
    title: 'Vous êtes en ligne',
    lead: 'Vous pouvez fermer cette page et utiliser internet.',
    until: 'Cet appareil est autorisé jusqu’au {date}.',
    receipt: 'Votre reçu :',
    receiptWhy: 'Ce code prouve votre accord. Vous n’avez pas besoin de le garder.',
    showReceipt: 'Voir ce reçu',
    stillWaiting:
      'Rien ne s’ouvre ? Attendez quelques secondes, puis coupez et rallumez le Wi-Fi de l’appareil.',
    already: 'Cet appareil est déjà autorisé. Il n’y a rien à faire.',
    readTerms: 'Relire les conditions',
  },

  help: {
    title: 'Nous ne voyons pas votre appareil',
    lead: 'Cette page s’ouvre d’elle-même quand vous rejoignez le Wi-Fi. Ici, il nous manque l’indication du lieu où vous êtes.',
    howTo: 'Pour vous connecter',
    join: 'Rejoignez le Wi-Fi du lieu dans les réglages de votre appareil.',
    open: 'Ouvrez cette page :',
    appears: 'La page d’accueil du Wi-Fi s’affiche. Acceptez les conditions.',
  },

  home: {
    title: 'Un Wi-Fi ouvert à toutes et à tous',
    lead: '{organisation} offre un accès gratuit à internet aux personnes accueillies dans ses lieux.',
    visitors: 'Vous êtes sur place ?',
    visitorsText: 'Rejoignez le Wi-Fi du lieu : la page de connexion s’ouvre toute seule.',
    helpLink: 'La page ne s’ouvre pas',
    rules: 'Les règles, vos données',
    termsLink: 'Lire les conditions',
  },

  refusal: {
    howTo: 'Comment continuer',
    close: 'Fermez cette page.',
    rejoin: 'Dans les réglages, oubliez le Wi-Fi du lieu, puis rejoignez-le.',
    open: 'Ouvrez cette page :',
    wait: 'Attendez une minute sans recharger la page.',
    tell: 'Si rien ne change, prévenez l’accueil du lieu et donnez ce code :',
  },

  refusals: {
    address: {
      title: 'Cette adresse ne marche pas',
      why: 'Il manque quelque chose, ou elle ne vient pas du Wi-Fi de ce lieu.',
    },
    gateway: {
      title: 'Le Wi-Fi de ce lieu est mal réglé',
      why: 'Ce n’est pas votre faute. L’accueil du lieu peut le signaler.',
    },
    unseen: {
      title: 'Nous ne trouvons pas votre appareil',
      why: 'Le Wi-Fi de ce lieu ne voit pas cet appareil.',
    },
    notOpened: {
      title: 'Le Wi-Fi ne s’est pas ouvert',
      why: 'Vous avez accepté, mais le Wi-Fi de ce lieu n’a pas répondu.',
    },
    expired: {
      title: 'Cette page n’est plus valable',
      why: 'Elle est restée ouverte trop longtemps.',
    },
    closed: {
      title: 'Le Wi-Fi n’est pas encore ouvert',
      why: 'Ce lieu n’offre pas encore de Wi-Fi pour les invités.',
    },
    busy: {
      title: 'Beaucoup de monde en ce moment',
      why: 'Trop de demandes arrivent du même endroit à la fois.',
    },
  },

  unavailable: {
    title: 'Un instant, s’il vous plaît',
    why: 'Nous n’arrivons pas à enregistrer votre accord. Ce n’est pas votre faute, et rien n’est perdu.',
    auto: 'Cette page réessaie toute seule. Laissez-la ouverte.',
    retry: 'Réessayer maintenant',
  },

  opening: {
    title: 'Nous ouvrons votre accès',
    lead: 'Vous avez accepté les conditions. Cela prend quelques secondes. La page regarde toute seule.',
    again: 'Regarder maintenant',
  },

  notFound: {
    title: 'Cette page n’existe pas',
    why: 'L’adresse est peut-être mal écrite, ou la page a été déplacée.',
    home: 'Aller à l’accueil',
  },

  failure: {
    title: 'Quelque chose s’est mal passé chez nous',
    why: 'Ce n’est pas votre faute. L’erreur est notée. Réessayez dans une minute.',
  },

  captive: { redirecting: 'Ouvrir la page du Wi-Fi' },
}

export type Text = typeof fr
