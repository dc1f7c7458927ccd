/** How a place is added, gets its files and is seen to answer; the reference. */
export const setUpFr = {
  newTitle: 'Ajouter un lieu',
  newLead:
    'Remplissez, téléchargez ce qu’il faut à la passerelle, puis regardez chaque voyant devenir vert.',
  thePlace: 'Le lieu',
  codeHelp: 'Court et unique, par exemple 75-0100.',
  guests: 'Le Wi-Fi des invités',
  team: 'Le Wi-Fi de l’équipe',
  ssid: 'Nom du Wi-Fi',
  subnet: 'Adresses (IPv4)',
  subnetHelp:
    'Celles que la passerelle donne aux appareils, de /20 à /28. Vide : pas de ce réseau.',
  vlan: 'VLAN (facultatif)',
  theGateway: 'La passerelle',
  kind: 'Laquelle est-ce ?',
  kinds: {
    opennds: 'openNDS (Debian ou OpenWrt)',
    mikrotik: 'MikroTik',
    generic: 'une autre (réglée à la main)',
    none: 'pas encore, seulement le lieu',
  },
  otherKinds:
    'UniFi, Omada, Cisco, Aruba, Ruckus, Meraki et CoovaChilli ont besoin de mots de passe de leur contrôleur : déclarez-les dans un fichier (accueil apply).',
  reach: 'Comment nous joint-elle ?',
  reaches: {
    radsec: 'par Internet, derrière n’importe quelle box (RadSec, un certificat à elle)',
    address: 'd’une adresse fixe, que je donne ci-dessous (RADIUS par UDP)',
  },
  address: 'Adresse fixe de la passerelle',
  addressHelp:
    'Seulement pour RADIUS par UDP : l’adresse d’où viennent ses paquets, 203.0.113.7 par exemple.',
  add: 'Ajouter et continuer',
  wrong: {
    code: 'Code : des lettres, chiffres, points et tirets, 64 au plus.',
    name: 'Nom : une ligne, 200 caractères au plus.',
    ssid: 'Nom du Wi-Fi : 32 octets au plus.',
    subnet: 'Adresses : un réseau IPv4 de /20 à /28, par exemple 192.168.77.0/24.',
    vlan: 'VLAN : un nombre de 1 à 4094.',
    address: 'Adresse fixe : une adresse IP, par exemple 203.0.113.7.',
    noAddress: 'Donnez l’adresse fixe de la passerelle, ou choisissez RadSec.',
    noGuests: 'Une passerelle a besoin d’un Wi-Fi des invités : donnez-en les adresses.',
  },

  title: 'Mise en service',
  at: 'Mise en service de {place}',
  toSetUp: 'Mise en service : fichiers et voyants',
  files: '1. Ce qu’il faut à la passerelle',
  filesLead:
    'Un dossier à déposer sur la passerelle ; son README.md dit les trois gestes, en français d’abord. Il contient les secrets du lieu : ils ne sont montrés que là. Le téléchargement est écrit dans l’audit.',
  newCertificate:
    'Chaque téléchargement fait un nouveau certificat : l’ancien cesse de compter aussitôt. Installez donc ces fichiers tout de suite.',
  noFiles:
    'Ce lieu n’a pas de passerelle : déclarez-la dans le fichier de ce lieu (accueil apply).',
  whichGateway: 'Passerelle',
  whichFiles: 'Pour',
  fileKinds: {
    opennds: 'openNDS sur Debian',
    openwrt: 'openNDS sur OpenWrt',
    hostapd: 'Debian, 802.1X seul (hostapd)',
    mikrotik: 'MikroTik (RouterOS 7)',
    unifi: 'UniFi : les valeurs à saisir',
    generic: 'les valeurs à saisir soi-même',
  },
  details: 'Cartes réseau et adresses de la passerelle',
  lan: 'Côté invités',
  wan: 'Vers Internet',
  staffDevice: 'Réseau interne',
  dot1x: '802.1X pour l’équipe',
  dot1xKinds: { none: 'non', wifi: 'par cette carte Wi-Fi', wired: 'par ce câble' },
  dot1xDevice: 'Carte du 802.1X',
  centre: 'Notre adresse IPv4 vue du lieu',
  centreHelp: 'Vide : celle de l’adresse du portail.',
  download: 'Télécharger les fichiers (ZIP)',
  badDevice: 'Carte réseau : un nom comme eth0 ou br-guest.',
  badCentre: 'Notre adresse vue du lieu : une adresse IPv4.',
  cannot: 'Les fichiers ne peuvent pas être faits : {reason}',
  declaredCertificate:
    'Le certificat de cette passerelle est déclaré dans les fichiers de l’organisation : faites ses fichiers par la commande « accueil gateway config ».',
  unfit: 'Cette sorte de fichiers n’est pas pour une passerelle de ce type.',

  signs: '2. Ce qui répond',
  signsLead:
    'Branchez, connectez un téléphone, et regardez. La page se met à jour toute seule ; sans script :',
  lookAgain: 'Regarder à nouveau',
  allGreen: 'Tout répond : le lieu est en service.',
  seen: 'répond, dernier signe le {when}',
  seenHour: 'répond, dans l’heure du {when}',
  notYet: 'pas encore',
  ofGateway: 'Passerelle {name}',
  ofNames: 'Noms (DNS)',
  things: {
    radsec: {
      what: 'Connexion RadSec',
      check:
        'Le port TCP {port} doit être ouvert vers Internet, et l’heure de la passerelle juste. Les fichiers installés sont-ils les derniers téléchargés ?',
    },
    access: {
      what: 'Demandes d’accès (RADIUS)',
      check:
        'Connectez un appareil au Wi-Fi de l’équipe. Rien ne vient ? Vérifiez notre adresse, le port UDP et l’adresse d’où part la passerelle.',
    },
    accounting: {
      what: 'Sessions annoncées (accounting)',
      check:
        'Le serveur d’accounting est-il réglé, avec le même secret ? Sans lui, le journal ne sait pas quand quelqu’un part.',
    },
    portal: {
      what: 'Téléphones envoyés au portail',
      check:
        'Connectez un téléphone au Wi-Fi des invités et ouvrez une page. Rien ? Vérifiez l’adresse du portail dans la passerelle.',
    },
    guest: {
      what: 'Questions DNS des invités',
      check:
        'Les appareils doivent avoir notre résolveur par DHCP ; le port 53 doit être renvoyé vers lui. Le compte se fait chaque minute.',
    },
    staff: {
      what: 'Questions DNS de l’équipe',
      check: 'De même pour le réseau de l’équipe.',
    },
  },
  forged:
    '{count} paquets de cette adresse ont été faits avec un autre secret : celui de la passerelle n’est pas le bon.',
  refused:
    '{count} demandes sans signature (Message-Authenticator) ont été refusées : mettez à jour la passerelle ou activez la signature.',
  clock: 'Son horloge est décalée de {seconds} s : réglez la synchronisation (NTP).',

  transport: 'Vient par',
  clockOff: 'Horloge',
  clockFine: 'juste à {seconds} s près',
  certificateEnd: 'Certificat jusqu’au',
  software: 'Logiciel',
  unknown: 'pas connu',
  posture: 'Signature (BlastRADIUS)',
  postures: {
    radsec: 'inutile : tout passe dans TLS',
    always: 'signe chaque demande',
    sometimes: 'signe une partie des demandes',
    never: 'ne signe pas ses demandes',
    unheard: 'pas encore vue',
  },
  rules: {
    required: 'exigée',
    auto: 'exigée dès qu’elle a été vue signer',
    optional: 'seulement où il le faut',
    trusted: 'non exigée : le chemin est déclaré sûr',
  },
  filters: 'Ce que les niveaux bloquent ici',
}

export type SetUpText = typeof setUpFr
