import type { RefusalReason } from '../refusal.ts'

interface Explanation {
  readonly title: string
  readonly why: string
}

/** The reference: every other language has exactly these sentences. */
export const fr = {
  languageName: 'Français',
  skipToContent: 'Aller au contenu',
  chooseLanguage: 'Choisir la langue',
  contactLabel: 'Une question ?',

  terms: {
    title: 'Bienvenue sur le Wi-Fi',
    lead: 'Gratuit, sans compte ni mot de passe : lisez, acceptez, c’est tout.',
    briefly: 'L’essentiel',
    grant: (duration: string): string =>
      `Une fois accepté, cet appareil est autorisé pendant ${duration}.`,
    filter: 'Un filtre bloque certains sites.',
    log: 'La loi nous demande de garder un an la trace de la connexion. Jamais les sites visités.',
    heading: 'Conditions d’utilisation',
    version: (version: string, date: string): string =>
      `Version ${version}, en vigueur depuis le ${date}.`,
    consequence: 'Appuyer, c’est accepter les conditions.',
    accept: 'J’accepte, me connecter',
    notAccepted:
      'Vous n’êtes pas encore en ligne : appuyez sur le bouton pour accepter les conditions.',
    changed:
      'Les conditions viennent de changer. Voici la nouvelle version : merci de la lire avant d’accepter.',
    back: 'C’est rétabli. Appuyez encore une fois sur le bouton.',
    readTitle: 'Conditions et informations',
    readLead: 'Ce que vous acceptez en utilisant ce Wi-Fi, et ce que nous enregistrons.',
    noneYet: 'Aucune condition d’utilisation n’est publiée pour le moment.',
  },

  notice: {
    heading: 'Vos données et le filtre',
    summary: 'Ce que nous enregistrons, et pourquoi',
    who: 'Qui',
    whoText: (organisation: string): string =>
      `${organisation}, qui vous offre ce Wi-Fi, est responsable de ces données.`,
    why: 'Pourquoi',
    whyText:
      'La loi française nous y oblige (article L34-1 du code des postes et des communications électroniques). La preuve de votre accord sert à appliquer les conditions.',
    what: 'Quoi',
    whatText:
      'Le lieu, l’adresse Wi-Fi (MAC) et les adresses internet (IP) de l’appareil, le début et la fin de la connexion, la version des conditions acceptée. Ni votre nom, ni les sites que vous visitez, ni ce que vous y faites.',
    howLong: 'Combien de temps',
    howLongText: 'Un an, puis tout est effacé.',
    recipients: 'Pour qui',
    recipientsText:
      'La justice et les autorités autorisées par la loi, sur demande écrite. Les rares personnes habilitées laissent une trace de chaque consultation. Rien n’est vendu ni utilisé pour de la publicité.',
    rights: 'Vos droits',
    rightsText: (contact: string): string =>
      `Vous pouvez demander ce que nous avons sur votre appareil, le faire corriger ou en limiter l’usage : ${contact}. Vous pouvez aussi vous adresser à la CNIL (cnil.fr).`,
    rightsNoContact:
      'Vous pouvez demander à l’accueil du lieu ce que nous avons sur votre appareil, le faire corriger ou en limiter l’usage. Vous pouvez aussi vous adresser à la CNIL (cnil.fr).',
  },

  filter: {
    summary: 'Le filtre : ce qui est bloqué, et qui décide',
    what: 'Quand votre appareil cherche un site, nous comparons son nom à des listes de sites dangereux ou interdits par les conditions. S’il y figure, il ne s’ouvre pas. Nous ne notons pas qui a demandé quoi.',
    who: (organisation: string): string => `${organisation} choisit les listes et les règles.`,
    complain: (contact: string): string => `Un site est bloqué par erreur ? Écrivez à ${contact}.`,
    complainNoContact: 'Un site est bloqué par erreur ? Dites-le à l’accueil du lieu.',
  },

  connected: {
    title: 'Vous êtes en ligne',
    lead: 'Vous pouvez fermer cette page et utiliser internet.',
    until: (date: string): string => `Cet appareil est autorisé jusqu’au ${date}.`,
    receipt: 'Votre reçu :',
    receiptWhy: 'Ce code prouve votre accord. Vous n’avez pas besoin de le garder.',
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
    lead: (organisation: string): string =>
      `${organisation} offre un accès gratuit à internet aux personnes accueillies dans ses lieux.`,
    visitors: 'Vous êtes sur place ?',
    visitorsText: 'Rejoignez le Wi-Fi du lieu : la page de connexion s’ouvre toute seule.',
    helpLink: 'La page ne s’ouvre pas',
    rules: 'Les règles, vos données',
    rulesText: 'Ce que vous acceptez, ce que nous enregistrons, ce qui est filtré.',
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
    malformed: {
      title: 'L’adresse est incomplète',
      why: 'La borne Wi-Fi vous a envoyé ici avec une adresse coupée ou abîmée.',
    },
    'unknown-gateway': {
      title: 'Nous ne connaissons pas cette borne',
      why: 'La borne Wi-Fi qui vous envoie n’est pas déclarée chez nous.',
    },
    'wrong-kind': {
      title: 'Cette borne est mal réglée',
      why: 'La borne Wi-Fi ne parle pas de la façon prévue pour elle.',
    },
    'unsupported-level': {
      title: 'Cette borne est mal réglée',
      why: 'La borne Wi-Fi utilise un mode d’échange que nous ne prenons pas en charge.',
    },
    'bad-signature': {
      title: 'Cette adresse n’est pas valable',
      why: 'Nous n’avons pas pu vérifier qu’elle vient de la borne Wi-Fi de ce lieu.',
    },
    'link-expired': {
      title: 'Cette adresse a expiré',
      why: 'Pour votre sécurité, elle ne vaut que dix minutes.',
    },
    'clock-ahead': {
      title: 'L’horloge de la borne est fausse',
      why: 'La borne Wi-Fi n’est pas à l’heure : nous ne pouvons pas vérifier l’adresse.',
    },
    'no-guest-network': {
      title: 'Pas de Wi-Fi invité ici',
      why: 'Ce lieu n’offre pas encore de Wi-Fi invité.',
    },
    'device-not-seen': {
      title: 'Nous ne trouvons pas votre appareil',
      why: 'Le Wi-Fi de ce lieu ne voit pas l’appareil auquel cette adresse est destinée.',
    },
    'gateway-unreachable': {
      title: 'La borne Wi-Fi ne répond pas',
      why: 'Votre accord est peut-être enregistré, mais nous n’avons pas pu joindre ce qui ouvre l’accès.',
    },
    'gateway-refused': {
      title: 'La borne Wi-Fi ne s’est pas ouverte',
      why: 'Votre accord est enregistré, mais la borne a refusé d’ouvrir l’accès.',
    },
    'gateway-silent': {
      title: 'La borne Wi-Fi ne s’est pas ouverte',
      why: 'Votre accord est enregistré, mais la borne n’est pas venue le chercher à temps.',
    },
    'no-terms': {
      title: 'Le Wi-Fi n’est pas encore ouvert',
      why: 'Les conditions d’utilisation ne sont pas encore publiées.',
    },
    'bad-ticket': {
      title: 'Cette page n’est plus valable',
      why: 'Nous n’avons pas pu relire ce qu’elle contenait.',
    },
    'ticket-expired': {
      title: 'Cette page a expiré',
      why: 'Elle est ouverte depuis plus d’une heure.',
    },
    'too-many': {
      title: 'Beaucoup de monde en ce moment',
      why: 'Trop de demandes arrivent du même endroit à la fois.',
    },
    'too-large': {
      title: 'La demande est trop grande',
      why: 'Votre appareil a envoyé plus que ce que cette page attend.',
    },
  } satisfies Readonly<Record<RefusalReason, Explanation>> as Readonly<
    Record<RefusalReason, Explanation>
  >,

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
