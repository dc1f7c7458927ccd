/** What staff read about their devices, the reference; English has exactly these sentences. */
export const enrolmentFr = {
  navigation: 'Mes appareils',

  devices: {
    title: 'Mes appareils',
    lead: 'Un appareil enregistré rejoint seul le Wi-Fi du personnel, dans tous les lieux de {organisation}.',
    none: 'Vous n’avez encore enregistré aucun appareil. Commencez par celui-ci.',
    add: 'Enregistrer un appareil',
    addThis: 'Enregistrer cet appareil ({make})',
    another: 'Un autre appareil',
    addThing: 'Une caisse ou une imprimante, avec sa propre clé',
    enrolled: 'L’appareil est enregistré.',
    revoked: 'L’appareil est révoqué : il ne peut plus se connecter.',
    'key-made': 'La clé est créée.',
    'key-revoked': 'La clé est révoquée : elle n’ouvre plus rien.',
    joined: 'L’appareil est entré dans le réseau interne.',
    'access-ended': 'L’accès de l’appareil est terminé.',
    seen: 'Vu le {day}',
    neverSeen: 'Pas encore vu sur le réseau',
    until: 'valable jusqu’au {day}',
    ended: 'Terminé le {day}',
    wasRevoked: 'Révoqué le {day}',
    renewSoon:
      '« {name} » est encore valable {left}, jusqu’au {day}. Renouvelez-le avant, en une minute.',
    renewRoot:
      'La clé du réseau va changer. Renouvelez « {name} » avant le {day}, sinon il ne reconnaîtra plus le réseau.',
    open: 'Gérer',
    openNamed: 'Gérer {name}',
  },

  kinds: {
    laptop: 'Ordinateur',
    phone: 'Téléphone',
    tablet: 'Tablette',
    till: 'Caisse',
    printer: 'Imprimante',
    other: 'Autre',
  },

  ways: {
    apple: 'iPhone, iPad ou Mac',
    windows: 'Windows 10 ou 11',
    android: 'Android',
    chromeos: 'Chromebook',
    linux: 'Linux (NetworkManager)',
    pkcs12: 'Autre système, avec un fichier de certificat',
    request: 'J’ai ma propre clé (demande de certificat)',
    password: 'Un appareil qui ne connaît qu’un nom et un mot de passe',
  },

  make: {
    title: 'Enregistrer un appareil',
    titleRenew: 'Renouveler « {name} »',
    lead: 'Ouvrez cette page sur l’appareil lui-même : le fichier est pour lui seul.',
    name: 'Comment s’appelle-t-il ?',
    nameHint: 'Pour le reconnaître plus tard, par exemple « {example} ».',
    kind: 'Qu’est-ce que c’est ?',
    submit: 'Télécharger le fichier',
    submitPassword: 'Créer un mot de passe',
    after: 'Ensuite',
    otherWay: 'Un autre appareil ?',
    passphrase: 'Mot de passe du fichier, à noter maintenant',
    passphraseHint: 'Il est demandé une fois, à l’installation. Il n’est affiché qu’ici.',
    request: 'Demande de certificat (PKCS #10, PEM)',
    requestHint: 'Votre clé privée reste chez vous. RSA de 2048 bits au moins, ou P-256, P-384.',
    once: 'La clé n’est pas gardée chez nous. Si le fichier se perd, renouvelez l’appareil.',
    steps: {
      apple: [
        'Touchez « Autoriser » si le navigateur le demande.',
        'Ouvrez Réglages, puis « Profil téléchargé ». Sur un Mac, ouvrez le fichier, puis Réglages Système, « Profils ».',
        'Touchez « Installer ». Le réseau « {ssid} » est rejoint tout seul.',
      ],
      windows: [
        'Ouvrez le fichier. Si Windows s’inquiète, choisissez « Informations complémentaires », puis « Exécuter quand même ».',
        'Windows demande s’il faut faire confiance au certificat de {organisation} : répondez oui.',
        'Le réseau « {ssid} » est rejoint tout seul.',
      ],
      android: [
        'Installez l’application geteduroam depuis le Play Store, si elle n’y est pas encore.',
        'Ouvrez le fichier téléchargé avec geteduroam.',
        'Suivez l’application. Le réseau « {ssid} » est rejoint tout seul.',
      ],
      chromeos: [
        'Ouvrez chrome://network, puis « Importer un fichier ONC », et choisissez le fichier.',
        'Le réseau « {ssid} » est rejoint tout seul.',
      ],
      linux: [
        'Ouvrez un terminal dans le dossier des téléchargements.',
        'Exécutez : sh {file}',
        'Le réseau « {ssid} » est rejoint tout seul.',
      ],
      pkcs12: [
        'Installez le fichier avec le mot de passe affiché plus haut.',
        'Choisissez EAP-TLS, le nom de serveur {server}, et les certificats racine de cette page.',
      ],
      request: [
        'Le fichier contient votre certificat et ce qui le signe.',
        'Choisissez EAP-TLS, le nom de serveur {server}, et les certificats racine de cette page.',
      ],
      password: [
        'La page suivante montre le nom et le mot de passe, une seule fois.',
        'Choisissez EAP-TTLS avec PAP et le nom de serveur {server}.',
      ],
    },
    roots: 'Télécharger les certificats racine',
    errors: {
      name: 'Donnez un nom à l’appareil, de 64 caractères au plus.',
      'not-a-request':
        'Ce texte n’est pas une demande de certificat. Collez tout le fichier, avec les lignes BEGIN et END.',
      'weak-key': 'Cette clé est trop faible. Utilisez P-256, P-384, ou RSA de 2048 à 4096 bits.',
      'not-signed': 'La signature de la demande n’est pas celle de sa clé. Refaites la demande.',
      'too-many-devices':
        'Vous avez déjà 20 appareils. Révoquez-en un que vous n’utilisez plus, puis recommencez.',
      'no-authority': 'Le service n’est pas encore prêt. Réessayez dans une minute.',
      'unknown-device': 'Cet appareil n’existe plus. Enregistrez-le comme un nouvel appareil.',
    },
  },

  password: {
    title: 'Le mot de passe de « {name} »',
    lead: 'Notez-le ou installez-le maintenant : cette page ne se montre qu’une fois.',
    username: 'Nom d’utilisateur',
    password: 'Mot de passe',
    network: 'Réseau',
    method: 'Méthode',
    methodValue: 'EAP-TTLS, puis PAP',
    anonymous: 'Identité anonyme',
    server: 'Nom du serveur',
    qr: 'Code QR du réseau',
    qrHint: 'Pour un appareil qui lit les codes QR de Wi-Fi d’entreprise.',
    files: 'Ou un fichier qui règle tout, ouvert sur l’appareil',
    next: 'C’est fait',
  },

  keys: {
    title: 'Une clé pour une caisse ou une imprimante',
    lead: 'Pour une machine qui demande le mot de passe du Wi-Fi et rien d’autre. La clé vaut pour une seule machine, sur le réseau « {ssid} ».',
    label: 'Comment s’appelle-t-elle ?',
    labelHint: 'Pour la reconnaître plus tard, par exemple « Caisse de l’entrée ».',
    kind: 'Qu’est-ce que c’est ?',
    place: 'Lieu',
    placeHint: 'Son code, par exemple 75-0042, ou son nom.',
    mac: 'Adresse Wi-Fi (MAC), si vous la connaissez',
    macHint:
      'Souvent sur une étiquette de la machine. Avec elle, rien d’autre ne peut utiliser la clé.',
    submit: 'Créer la clé',
    back: 'Retour à mes appareils',
    madeTitle: 'La clé de « {name} »',
    madeLead: 'Saisissez-la maintenant dans la machine : cette page n’est affichée qu’une fois.',
    network: 'Réseau',
    passphrase: 'Mot de passe du Wi-Fi',
    qr: 'Code QR du réseau',
    qrHint: 'Pour une machine avec une caméra : elle se connecte toute seule.',
    first: 'La première machine qui utilise la clé la garde ; une autre est refusée.',
    only: 'Seule la machine de cette adresse peut utiliser la clé.',
    next: 'Terminé',
    mine: 'Clés de caisses et d’imprimantes',
    unused: 'pas encore utilisée',
    until: 'valable jusqu’au {day}',
    revoke: 'Révoquer',
    revokeNamed: 'Révoquer la clé de {name}',
    errors: {
      label: 'Donnez un nom à la machine, de 64 caractères au plus.',
      'unknown-place': 'Ce lieu n’existe pas, ou plusieurs portent ce nom. Donnez son code.',
      'bad-mac':
        'Ce n’est pas une adresse Wi-Fi. Elle a douze chiffres et lettres de A à F, par exemple AA-BB-CC-DD-EE-FF.',
      'mac-taken': 'Cette machine a déjà une clé. Révoquez-la d’abord.',
      crowded: 'Ce lieu a trop de clés sans adresse. Donnez l’adresse Wi-Fi de la machine.',
      'too-many': 'Vous avez déjà 10 clés. Révoquez-en une qui ne sert plus, puis réessayez.',
    },
  },

  device: {
    state: 'État',
    good: 'Peut se connecter',
    created: 'Enregistré le',
    until: 'Valable jusqu’au',
    seen: 'Vu sur le réseau',
    credential: 'Se connecte par',
    certificate: 'un certificat',
    password: 'un mot de passe à lui',
    renew: 'Renouveler',
    renewLead: 'L’ancien certificat reste valable jusqu’à son terme.',
    again: 'Enregistrer de nouveau',
    againLead:
      'Un mot de passe ne se renouvelle pas : enregistrez l’appareil de nouveau, puis révoquez celui-ci.',
    revoke: 'Révoquer',
    revokeLead:
      'Perdu, volé, donné ? L’appareil est coupé tout de suite et ne peut plus se connecter. Cela ne s’annule pas.',
    reason: 'Pourquoi ?',
    reasons: {
      lost: 'Perdu ou volé',
      replaced: 'Remplacé ou donné',
      unused: 'Plus utilisé',
    },
    back: 'Revenir à mes appareils',
  },

  mail: {
    subject: '{organisation} : un appareil à renouveler',
    hello: 'Bonjour,',
    lead: 'L’accès au Wi-Fi du personnel de {organisation} se termine bientôt pour :',
    device: '- « {name} », le {day} (dans {count} j)',
    how: 'Renouvelez-le avant, en une minute, sur l’appareil lui-même :',
    why: 'Si vous ne l’utilisez plus, ne faites rien. Ce message est envoyé un mois avant la fin, puis une semaine avant. {organisation} ne demande jamais de mot de passe par courriel.',
  },

  closed: {
    title: 'L’enregistrement n’est pas encore ouvert',
    noNetwork:
      'Aucun réseau Wi-Fi du personnel n’est déclaré. Un administrateur doit donner son nom (SSID), voir docs/enrolment.md.',
    noAuthority:
      'Le serveur RADIUS n’a pas encore démarré : il crée la clé du réseau. Réessayez dans une minute.',
    noThings:
      'Aucun Wi-Fi n’est déclaré pour les caisses et les imprimantes. Un administrateur en donne le nom sous « things », voir docs/device-keys.md.',
    noPasswords: 'Votre organisation n’accepte que les certificats. Choisissez un autre moyen.',
    unknown: 'Cet appareil n’existe pas, ou il n’est pas à vous.',
    wrong: 'Cette demande n’est pas complète. Revenez à la page et recommencez.',
  },
}

export type EnrolmentText = typeof enrolmentFr
